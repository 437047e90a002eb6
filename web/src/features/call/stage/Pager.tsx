/** Turns the pages of tiles, and says who is not seen now. */
import ChevronLeftRounded from "@mui/icons-material/ChevronLeftRounded";
import ChevronRightRounded from "@mui/icons-material/ChevronRightRounded";
import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import Typography from "@mui/material/Typography";
import { elsewhere, type PageOf } from "./pages";

interface PagerProps {
  readonly place: PageOf;
  /** Names of those who speak and are on another page. */
  readonly speaking: readonly string[];
  readonly onTurn: (page: number) => void;
}

export function Pager({ place, speaking, onTurn }: PagerProps) {
  const { page, pages } = place;
  if (pages <= 1) return null;
  return (
    <Box
      role="group"
      aria-label="Pages of people"
      sx={{
        display: "flex",
        alignItems: "center",
        justifyContent: "center",
        gap: 0.5,
        height: 44,
        minWidth: 0,
      }}
    >
      <IconButton
        aria-label="Previous page"
        aria-keyshortcuts="PageUp"
        disabled={page === 0}
        onClick={() => onTurn(page - 1)}
      >
        <ChevronLeftRounded />
      </IconButton>
      <Typography
        variant="body2"
        noWrap
        data-testid="page-indicator"
        sx={{ fontVariantNumeric: "tabular-nums", minWidth: 0 }}
      >
        {page + 1} of {pages}
        {speaking.length > 0 && (
          <Box component="span" sx={{ color: "primary.main", fontWeight: 600 }}>
            {` · ${speaking[0]} speaks`}
          </Box>
        )}
      </Typography>
      <IconButton
        aria-label="Next page"
        aria-keyshortcuts="PageDown"
        disabled={page === pages - 1}
        onClick={() => onTurn(page + 1)}
      >
        <ChevronRightRounded />
      </IconButton>
      <Box role="status" sx={HIDDEN}>
        {elsewhere(place)}
      </Box>
    </Box>
  );
}

/** For ears only. */
const HIDDEN = {
  position: "absolute",
  width: "1px",
  height: "1px",
  overflow: "hidden",
  clipPath: "inset(50%)",
  whiteSpace: "nowrap",
} as const;
