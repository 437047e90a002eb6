/** Shows one video track; the one before it stays until the next one has a picture. */
import Box from "@mui/material/Box";
import { useEffect, useRef, useState } from "react";

interface TrackVideoProps {
  readonly track: MediaStreamTrack;
  readonly isMirrored?: boolean;
  readonly fit?: "cover" | "contain";
  readonly label: string;
}

export function TrackVideo({ track, ...look }: TrackVideoProps) {
  const [shown, setShown] = useState(track);
  // An element that is given another source is empty until its first picture: each has its own.
  return (
    <>
      {shown !== track && <Picture key={keyOf(shown)} track={shown} {...look} />}
      <Picture
        key={keyOf(track)}
        track={track}
        isHidden={shown !== track}
        onPicture={() => setShown(track)}
        {...look}
      />
    </>
  );
}

interface PictureProps extends TrackVideoProps {
  readonly isHidden?: boolean;
  readonly onPicture?: () => void;
}

function Picture({ track, isMirrored = false, fit = "cover", label, ...more }: PictureProps) {
  const { isHidden = false, onPicture } = more;
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
      onLoadedData={onPicture}
      sx={{
        position: "absolute",
        inset: 0,
        width: "100%",
        height: "100%",
        objectFit: fit,
        transform: isMirrored ? "scaleX(-1)" : "none",
        visibility: isHidden ? "hidden" : "visible",
      }}
    />
  );
}

const keys = new WeakMap<MediaStreamTrack, number>();
let made = 0;

/** Two tracks may have the same id: the same camera over another connection. */
function keyOf(track: MediaStreamTrack): number {
  const key = keys.get(track) ?? made++;
  keys.set(track, key);
  return key;
}
