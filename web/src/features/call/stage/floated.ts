/** What a small window shows: what is large, and with a grid who speaks. */
import type { CallView } from "../model";
import type { StageParts } from "./parts";
import { camerasOf, largeOf, type Subject, screensOf } from "./subjects";

export interface Floated {
  readonly subject: Subject | null;
  readonly track: MediaStreamTrack | null;
}

export function floated(
  { session, choice }: StageParts,
  call: CallView,
  speaker: string | null = null,
): Floated {
  const { remotes } = session.store.getState();
  const media = session.media.store.getState();
  const { pinned, chosenScreen } = choice.store.getState();
  const screens = screensOf(call, remotes, media.screen).filter(({ isOwn }) => !isOwn);
  const wishes = { mode: "speaker", pinned, chosenScreen, speaker } as const;
  const subject = largeOf(camerasOf(call), screens, wishes);
  if (subject === null) return { subject, track: null };
  const tracks = subject.isOwn ? media : remotes.get(subject.peerId);
  const isOn = subject.kind === "screen" || subject.isOwn || call.peers.get(subject.peerId)?.video;
  return { subject, track: isOn ? (tracks?.[subject.kind] ?? null) : null };
}
