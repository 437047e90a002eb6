/** Keeps the browser's own small window at what there is to see now. */
import { useEffect } from "react";
import { useStore } from "zustand";
import type { CallView } from "../model";
import { floated } from "./floated";
import type { StageParts } from "./parts";
import { useSpotlight } from "./useSpotlight";

interface FloatedVideoProps {
  readonly parts: StageParts;
  readonly call: CallView;
  /** What the window shows. */
  readonly video: HTMLVideoElement;
}

/** Renders nothing. */
export function FloatedVideo({ parts, call, video }: FloatedVideoProps) {
  const { session, choice, shown } = parts;
  // What is shown follows these.
  useStore(session.store, ({ remotes }) => remotes);
  useStore(choice.store);
  const { subject, track } = floated(parts, call, useSpotlight(session));

  useEffect(() => {
    const before = video.srcObject as MediaStream | null;
    // Nothing is not a picture: the last one stays.
    if (track === null || before?.getTracks()[0] === track) return;
    video.srcObject = new MediaStream([track]);
    video.play().catch(() => {});
  }, [video, track]);

  const { peerId, kind } = subject ?? {};
  const isTheirs = subject !== null && !subject.isOwn;
  useEffect(() => {
    if (peerId === undefined || kind === undefined || !isTheirs) return;
    return shown.place(video, { peerId, kind }, { isFloating: true });
  }, [shown, video, peerId, kind, isTheirs]);

  return null;
}
