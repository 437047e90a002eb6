/** What there is to show in a call, and which of it is large. Pure. */
import type { Peer } from "../../../protocol/frames";
import { type CallView, others } from "../model";
import type { RemoteMedia } from "../transport";

/** A camera or a screen of somebody; a person without a camera is a subject too. */
export interface Subject {
  /** `<peerId>:<kind>`, the same as long as the peer is in the call. */
  readonly id: string;
  readonly peerId: string;
  readonly kind: "camera" | "screen";
  readonly isOwn: boolean;
  readonly name: string;
}

/** `auto` is the grid until somebody shares a screen. */
export type Mode = "auto" | "grid" | "speaker";

export const subjectId = (peerId: string, kind: Subject["kind"]) => `${peerId}:${kind}`;

/** Everybody, in the order they came and with oneself last, so that tiles do not jump. */
export function camerasOf(call: CallView): Subject[] {
  return [
    ...others(call).map((peer) => subject(peer, "camera")),
    {
      id: subjectId(call.ownPeerId, "camera"),
      peerId: call.ownPeerId,
      kind: "camera",
      isOwn: true,
      name: "You",
    },
  ];
}

/** Screens whose picture can be shown; those of the others first. */
export function screensOf(
  call: CallView,
  remotes: ReadonlyMap<string, RemoteMedia>,
  ownScreen: MediaStreamTrack | null,
): Subject[] {
  const shared = others(call)
    .filter(({ peerId, screen }) => screen && remotes.get(peerId)?.screen)
    .map((peer) => subject(peer, "screen"));
  if (ownScreen === null) return shared;
  const own = subjectId(call.ownPeerId, "screen");
  return [...shared, { id: own, peerId: call.ownPeerId, kind: "screen", isOwn: true, name: "You" }];
}

function subject({ peerId, displayName }: Peer, kind: Subject["kind"]): Subject {
  return { id: subjectId(peerId, kind), peerId, kind, isOwn: false, name: displayName };
}

export interface Wishes {
  readonly mode: Mode;
  /** Subject ids; what is not there (any more) is passed over. */
  readonly pinned: string | null;
  readonly chosenScreen: string | null;
  /** Peer id of who speaks, or spoke last. */
  readonly speaker: string | null;
}

/**
 * What is shown large, or null for the grid: pinned, else a screen, else who speaks.
 *
 * A pin counts in every mode: whoever pins wants to see. A screen that was chosen among several
 * comes before the first of them.
 */
export function largeOf(
  cameras: readonly Subject[],
  screens: readonly Subject[],
  { mode, pinned, chosenScreen, speaker }: Wishes,
): Subject | null {
  const pin = [...cameras, ...screens].find(({ id }) => id === pinned);
  if (pin !== undefined) return pin;
  if (mode === "grid") return null;
  const screen = screens.find(({ id }) => id === chosenScreen) ?? screens[0];
  if (screen !== undefined) return screen;
  if (mode === "auto") return null;
  return (
    cameras.find(({ peerId, isOwn }) => peerId === speaker && !isOwn) ??
    cameras.find(({ isOwn }) => !isOwn) ??
    cameras[0] ??
    null
  );
}
