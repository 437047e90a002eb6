/** Plays one audio track. A part of its own: a tile without a picture must still be heard. */
import { useEffect, useRef } from "react";

interface TrackAudioProps {
  readonly track: MediaStreamTrack;
  readonly speakerId: string | null;
  /** The browser wants a click before it plays sound. */
  readonly onBlocked: () => void;
}

export function TrackAudio({ track, speakerId, onBlocked }: TrackAudioProps) {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const element = audio.current;
    if (element === null) return;
    element.srcObject = new MediaStream([track]);
    element.play().catch((refused: unknown) => {
      if (refused instanceof Error && refused.name === "NotAllowedError") onBlocked();
    });
    return () => {
      element.srcObject = null;
    };
  }, [track, onBlocked]);
  useEffect(() => {
    if (audio.current?.setSinkId === undefined) return;
    // The remembered speaker may be gone; the default one then plays on.
    audio.current.setSinkId(speakerId ?? "").catch(() => {});
  }, [speakerId]);
  // biome-ignore lint/a11y/useMediaCaption: live speech has no caption file
  return <audio ref={audio} autoPlay data-call-audio />;
}
