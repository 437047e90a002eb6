/** The mark - a round table with one lively seat - and the name beside it. */
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";

export function Logo({ size = 32, withName = true }: { size?: number; withName?: boolean }) {
  return (
    <Box sx={{ display: "flex", alignItems: "center", gap: 1.25 }}>
      <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="9" fill="#0f6b5f" />
        <path
          d="M20.5 11.2a6.4 6.4 0 1 0 0 9.6"
          fill="none"
          stroke="#fdf7ee"
          strokeWidth="3.4"
          strokeLinecap="round"
        />
        <circle cx="22.6" cy="16" r="2.9" fill="#ff8a65" />
      </svg>
      {withName && (
        <Typography component="span" variant="h6" sx={{ fontWeight: 700, color: "text.primary" }}>
          ConvoConnect
        </Typography>
      )}
    </Box>
  );
}
