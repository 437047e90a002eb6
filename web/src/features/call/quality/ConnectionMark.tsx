/** Three bars that say how good a connection is; what they mean is said in words, too. */
import Box from "@mui/material/Box";
import Tooltip from "@mui/material/Tooltip";
import type { Level, Verdict } from "./verdict";

const LOOKS: Record<Level, { readonly lit: number; readonly colour: string }> = {
  good: { lit: 3, colour: "#8ee3d3" },
  weak: { lit: 2, colour: "#f2c062" },
  lost: { lit: 1, colour: "#ff9b8f" },
};

export function ConnectionMark({ verdict: { level, words } }: { readonly verdict: Verdict }) {
  const { lit, colour } = LOOKS[level];
  return (
    <Tooltip title={words}>
      <Box
        component="svg"
        viewBox="0 0 14 14"
        role="img"
        aria-label={words}
        data-testid="connection-mark"
        data-level={level}
        sx={{ width: 14, height: 14, flexShrink: 0, fill: colour }}
      >
        {[0, 1, 2].map((bar) => (
          <rect
            key={bar}
            x={bar * 5}
            y={8 - bar * 3.5}
            width={3.4}
            height={6 + bar * 3.5}
            rx={1.2}
            opacity={bar < lit ? 1 : 0.3}
          />
        ))}
      </Box>
    </Tooltip>
  );
}
