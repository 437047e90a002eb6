/** A shared screen on the stage, with the people as a strip beside or below it. */
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { TrackVideo } from "../media/TrackVideo";

interface ScreenShareProps {
  readonly track: MediaStreamTrack;
  readonly sharedBy: string;
  readonly children: readonly ReactNode[];
}

export function ScreenShare({ track, sharedBy, children }: ScreenShareProps) {
  return (
    <Box
      sx={{
        flex: 1,
        minHeight: 0,
        minWidth: 0,
        display: "flex",
        flexDirection: { xs: "column", lg: "row" },
        gap: 1,
      }}
    >
      <Box
        data-testid="screen-share"
        sx={{
          position: "relative",
          flex: 1,
          minHeight: 0,
          borderRadius: "18px",
          overflow: "hidden",
          bgcolor: "#0a1110",
          color: "#ffffff",
        }}
      >
        <TrackVideo track={track} fit="contain" label={`Screen of ${sharedBy}`} />
        <Typography
          variant="body2"
          sx={{
            position: "absolute",
            top: 8,
            left: 8,
            px: 1.25,
            py: 0.5,
            borderRadius: 99,
            bgcolor: "rgba(8, 15, 14, .72)",
          }}
        >
          {sharedBy === "You" ? "You share your screen" : `${sharedBy} shares a screen`}
        </Typography>
      </Box>
      <Box
        sx={{
          display: "flex",
          flexDirection: { xs: "row", lg: "column" },
          gap: 1,
          overflow: "auto",
          flexShrink: 0,
        }}
      >
        {children.map((tile, index) => (
          <Box
            // biome-ignore lint/suspicious/noArrayIndexKey: the tile inside carries its own key
            key={index}
            sx={{
              flexShrink: 0,
              width: { xs: 144, lg: 208 },
              height: { xs: 96, lg: 124 },
            }}
          >
            {tile}
          </Box>
        ))}
      </Box>
    </Box>
  );
}
