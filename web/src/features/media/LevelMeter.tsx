/** Shows that the microphone hears something. */
import Box from "@mui/material/Box";
import { useEffect, useRef } from "react";
import { AudioLevel } from "./AudioLevel";

const BARS = 12;

export function LevelMeter({ track }: { readonly track: MediaStreamTrack | null }) {
  const bars = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (track === null) return;
    const level = new AudioLevel(track);
    // Drawn past React: sixty renders a second for a dozen bars would be waste.
    const timer = setInterval(() => {
      const lit = Math.round(Math.min(1, Math.sqrt(level.read()) * 1.8) * BARS);
      for (const [index, bar] of [...(bars.current?.children ?? [])].entries()) {
        (bar as HTMLElement).style.opacity = index < lit ? "1" : "0.22";
      }
    }, 80);
    return () => {
      clearInterval(timer);
      level.close();
    };
  }, [track]);

  return (
    <Box
      ref={bars}
      role="img"
      aria-label={track === null ? "Microphone is off" : "Microphone level"}
      data-testid="level-meter"
      sx={{ display: "flex", gap: 0.5, alignItems: "center", height: 20 }}
    >
      {Array.from({ length: BARS }, (_, index) => (
        <Box
          // biome-ignore lint/suspicious/noArrayIndexKey: the bars never move
          key={index}
          sx={{ flex: 1, height: 8, borderRadius: "18px", bgcolor: "primary.main", opacity: 0.22 }}
        />
      ))}
    </Box>
  );
}
