/** A call in four tiles, drawn: no stock photograph to load. */
import Box from "@mui/material/Box";

const SEATS = [
  { x: 12, y: 12, fill: "#0f6b5f", skin: "#f3c9a5", shirt: "#fdf7ee" },
  { x: 204, y: 12, fill: "#c9512d", skin: "#8d5a3b", shirt: "#2a1a3e" },
  { x: 12, y: 156, fill: "#5b4b9e", skin: "#e0a982", shirt: "#f2c062" },
  { x: 204, y: 156, fill: "#2b5f93", skin: "#5c3a28", shirt: "#8ee3d3" },
] as const;

export function LandingPicture() {
  return (
    <Box
      aria-hidden
      sx={{
        borderRadius: "26px",
        overflow: "hidden",
        border: "1px solid",
        borderColor: "divider",
        bgcolor: "background.paper",
        p: { xs: 1, sm: 1.5 },
        boxShadow: "0 30px 60px -30px rgba(9, 48, 42, .45)",
      }}
    >
      <svg viewBox="0 0 396 348" width="100%" role="presentation">
        {SEATS.map(({ x, y, fill, skin, shirt }, index) => (
          <g key={fill} transform={`translate(${x} ${y})`}>
            <clipPath id={`seat-${index}`}>
              <rect width="180" height="132" rx="18" />
            </clipPath>
            <g clipPath={`url(#seat-${index})`}>
              <rect width="180" height="132" fill={fill} />
              <circle cx="140" cy="20" r="46" fill="#ffffff" opacity="0.07" />
              <ellipse cx="90" cy="142" rx="54" ry="46" fill={shirt} />
              <rect x="80" y="78" width="20" height="26" rx="10" fill={skin} />
              <circle cx="90" cy="62" r="27" fill={skin} />
              <path
                d="M80 70 q10 9 20 0"
                stroke="#2b1a12"
                strokeWidth="2.6"
                fill="none"
                strokeLinecap="round"
              />
              <circle cx="81" cy="59" r="2.6" fill="#2b1a12" />
              <circle cx="99" cy="59" r="2.6" fill="#2b1a12" />
            </g>
            {index === 1 && (
              <rect
                x="1.5"
                y="1.5"
                width="177"
                height="129"
                rx="17"
                fill="none"
                stroke="#ff9b7d"
                strokeWidth="3.5"
              />
            )}
          </g>
        ))}
        <g transform="translate(118 298)">
          <rect width="160" height="44" rx="22" fill="#15211f" />
          {[28, 62, 96].map((cx) => (
            <circle key={cx} cx={cx} cy="22" r="13" fill="#ffffff" opacity="0.16" />
          ))}
          <rect x="114" y="9" width="36" height="26" rx="13" fill="#d8402f" />
        </g>
      </svg>
    </Box>
  );
}
