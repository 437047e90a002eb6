/** Shows one video track. */
import Box from "@mui/material/Box";
import { useEffect, useRef } from "react";

interface TrackVideoProps {
  readonly track: MediaStreamTrack;
  readonly isMirrored?: boolean;
  readonly fit?: "cover" | "contain";
  readonly label: string;
}

export function TrackVideo({ track, isMirrored = false, fit = "cover", label }: TrackVideoProps) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    element.srcObject = new MediaStream([track]);
    // Muted video may always play; a rejection only means the element was removed meanwhile.
    element.play().catch(() => {});
    return () => {
      element.srcObject = null;
    };
  }, [track]);
  return (
    <Box
      component="video"
      ref={video}
      autoPlay
      playsInline
      muted
      aria-label={label}
      sx={{
        position: "absolute",
        inset: 0,
        width: "100%",
        height: "100%",
        objectFit: fit,
        transform: isMirrored ? "scaleX(-1)" : "none",
      }}
    />
  );
}
