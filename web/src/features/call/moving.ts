/** When a call that takes another way shows what comes over the new one. Pure. */
import type { Peer } from "../../protocol/frames";
import type { Flowing, Heights, RemoteMedia } from "./transport";

export interface Move {
  /** What is shown from the new transport already; never goes back. */
  readonly moved: Flowing;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly connectedAt: number | null;
  /** When everything had moved. */
  readonly settledAt: number | null;
}

/** The others are not slower by much: until then they may still look at what this side sends. */
const LINGER_MS = 2_000;
/** From when the new way is there; what has not come by then does not come. */
const FOLLOW_MS = 10_000;
/** A new way that is not there by then is taken all the same: the others have taken it. */
const LONGEST_MS = 30_000;

export function moveBegins(now: number): Move {
  return { moved: new Map(), startedAt: now, connectedAt: null, settledAt: null };
}

export interface Seen {
  readonly now: number;
  readonly isConnected: boolean;
  /** What has come over the new transport. */
  readonly flowing: Flowing;
  /** What would be missed. */
  readonly awaited: Flowing;
}

/** The move after a look at the new transport. */
export function advance(move: Move, { now, isConnected, flowing, awaited }: Seen): Move {
  const moved = union(move.moved, flowing);
  const isSettled = isConnected && contains(moved, awaited);
  return {
    ...move,
    moved,
    connectedAt: move.connectedAt ?? (isConnected ? now : null),
    settledAt: isSettled ? (move.settledAt ?? now) : null,
  };
}

/** How many tracks are shown from the new transport. */
export function movedTracks({ moved }: Move): number {
  return [...moved.values()].reduce((sum, kinds) => sum + kinds.size, 0);
}

/** Whether the old transport can be closed. */
export function isOver({ startedAt, connectedAt, settledAt }: Move, now: number): boolean {
  return (
    (settledAt !== null && now - settledAt >= LINGER_MS) ||
    (connectedAt !== null && now - connectedAt >= FOLLOW_MS) ||
    now - startedAt >= LONGEST_MS
  );
}

/**
 * What somebody hears or sees of the others over the old transport: what they say they send, as
 * far as it is on the screen. `heights` is null while that is not known.
 */
export function awaitedOf(
  others: readonly Peer[],
  old: ReadonlyMap<string, RemoteMedia>,
  heights: Heights | null,
): Flowing {
  const known = others.filter(({ peerId, state }) => state === "connected" && old.has(peerId));
  return new Map(
    known.map(({ peerId, audio, video, screen }) => {
      const isShown = (kind: "camera" | "screen") =>
        heights === null || (heights.get(peerId)?.[kind] ?? 0) > 0;
      const kinds = [
        ...(audio ? (["audio"] as const) : []),
        ...(video && isShown("camera") ? (["camera"] as const) : []),
        ...(screen && isShown("screen") ? (["screen"] as const) : []),
      ];
      return [peerId, new Set(kinds)];
    }),
  );
}

/** What is shown of everybody: from the new transport what has moved, the rest from the old one. */
export function shownOf(
  { moved }: Move,
  old: ReadonlyMap<string, RemoteMedia>,
  next: ReadonlyMap<string, RemoteMedia>,
): ReadonlyMap<string, RemoteMedia> {
  return new Map([...next].map(([peerId, media]) => [peerId, mixed(moved, peerId, old, media)]));
}

function mixed(
  moved: Flowing,
  peerId: string,
  old: ReadonlyMap<string, RemoteMedia>,
  next: RemoteMedia,
): RemoteMedia {
  const before = old.get(peerId);
  if (before === undefined) return next;
  const kinds = moved.get(peerId);
  const pick = (kind: "audio" | "camera" | "screen") =>
    kinds?.has(kind) ? next[kind] : (before[kind] ?? next[kind]);
  return {
    audio: pick("audio"),
    camera: pick("camera"),
    screen: pick("screen"),
    connection: next.connection === "connected" ? "connected" : before.connection,
  };
}

function union(one: Flowing, other: Flowing): Flowing {
  const peers = new Set([...one.keys(), ...other.keys()]);
  const none: ReadonlySet<never> = new Set();
  return new Map(
    [...peers].map((peerId) => [
      peerId,
      (one.get(peerId) ?? none).union(other.get(peerId) ?? none),
    ]),
  );
}

function contains(all: Flowing, some: Flowing): boolean {
  return [...some].every(([peerId, kinds]) => kinds.isSubsetOf(all.get(peerId) ?? new Set()));
}
