/**
 * The content of the small window.
 *
 * The window is a document of its own, without this page's style sheets: everything here is
 * styled in place.
 */
import { type CSSProperties, useEffect, useRef } from "react";
import { useStore } from "zustand";
import type { CallView } from "../model";
import { usePlaced } from "./CameraTile";
import { floated } from "./floated";
import type { StageParts } from "./parts";
import type { Subject } from "./subjects";
import { useSpotlight } from "./useSpotlight";

interface FloatingCallProps {
  readonly parts: StageParts;
  readonly call: CallView;
  readonly onClose: () => void;
}

export function FloatingCall({ parts, call, onClose }: FloatingCallProps) {
  const { session, choice } = parts;
  // What is shown follows these.
  useStore(session.store, ({ remotes }) => remotes);
  useStore(choice.store);
  const { isMicrophoneOn } = useStore(session.media.store);
  const { subject, track } = floated(parts, call, useSpotlight(session));
  return (
    <main style={PAGE}>
      {subject !== null && track !== null ? (
        <Picture key={track.id} parts={parts} subject={subject} track={track} />
      ) : (
        <p style={NAME}>{subject?.name ?? "Nobody else is here"}</p>
      )}
      <div style={BAR}>
        <span style={LABEL}>{subject?.name}</span>
        <button
          type="button"
          style={BUTTON}
          aria-pressed={isMicrophoneOn}
          onClick={() => void session.media.setMicrophone(!isMicrophoneOn)}
        >
          {isMicrophoneOn ? "Mute" : "Unmute"}
        </button>
        <button type="button" style={BUTTON} onClick={onClose}>
          Back to the call
        </button>
      </div>
    </main>
  );
}

interface PictureProps {
  readonly parts: StageParts;
  readonly subject: Subject;
  readonly track: MediaStreamTrack;
}

function Picture({ parts, subject, track }: PictureProps) {
  const video = useRef<HTMLVideoElement>(null);
  const placed = usePlaced(parts, subject, FLOATING);
  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    element.srcObject = new MediaStream([track]);
    element.play().catch(() => {});
  }, [track]);
  return (
    <div ref={placed} style={FILL}>
      <video
        ref={video}
        autoPlay
        playsInline
        muted
        aria-label={`Picture of ${subject.name}`}
        style={{ ...FILL, objectFit: subject.kind === "screen" ? "contain" : "cover" }}
      />
    </div>
  );
}

const FLOATING = { isFloating: true };
const FILL: CSSProperties = { position: "absolute", inset: 0, width: "100%", height: "100%" };
const PAGE: CSSProperties = {
  position: "fixed",
  inset: 0,
  display: "grid",
  placeItems: "center",
  background: "#0a1110",
  color: "#ffffff",
  font: "500 14px system-ui, sans-serif",
};
const NAME: CSSProperties = { fontSize: 22, margin: 0 };
const BAR: CSSProperties = {
  position: "absolute",
  left: 0,
  right: 0,
  bottom: 0,
  display: "flex",
  alignItems: "center",
  gap: 8,
  padding: 8,
  background: "rgba(8, 15, 14, .72)",
};
const LABEL: CSSProperties = {
  flex: 1,
  overflow: "hidden",
  textOverflow: "ellipsis",
  whiteSpace: "nowrap",
};
const BUTTON: CSSProperties = {
  minHeight: 44,
  padding: "0 14px",
  border: 0,
  borderRadius: 99,
  background: "#e9f0ee",
  color: "#0e1514",
  font: "inherit",
  cursor: "pointer",
};
