/** How good a connection is, in a word a person can do something with. Pure. */
import type { Connection } from "../transport";
import type { Sample } from "./samples";

export type Level = "good" | "weak" | "lost";

export interface Verdict {
  readonly level: Level;
  /** Why, as a sentence. */
  readonly words: string;
}

/** Above these something is seen or heard of it. */
const LOSS = 0.05;
const JITTER_S = 0.08;
const RTT_S = 0.5;
const CONCEALED = 0.1;
const FPS = 8;
/** bit/s; a camera with less is mush. */
const CAMERA_NEEDS = 120_000;

export const GOOD: Verdict = { level: "good", words: "The connection is good." };

/** What arrives from one person, in the last seconds. */
export function verdictOnPeer(
  connection: Connection | undefined,
  samples: readonly Sample[],
): Verdict | null {
  if (connection === "interrupted") return { level: "lost", words: "The connection is lost." };
  if (connection !== "connected") return null;
  return weakness(samples) ?? GOOD;
}

/** What goes out, to whomever; `available` is the browser's estimate in bit/s. */
export function verdictOnOwn(
  connections: readonly RTCPeerConnectionState[],
  samples: readonly Sample[],
  available: number | null,
): Verdict | null {
  if (connections.length === 0) return null;
  const isUp = connections.includes("connected");
  if (!isUp && connections.some((state) => state === "disconnected" || state === "failed")) {
    return { level: "lost", words: "Your connection is lost." };
  }
  if (!isUp) return null;
  const hasCamera = samples.some(({ kind }) => kind === "camera");
  if (hasCamera && available !== null && available < CAMERA_NEEDS) {
    return weak("your network hardly carries your camera");
  }
  return weakness(samples) ?? GOOD;
}

function weakness(samples: readonly Sample[]): Verdict | null {
  for (const sample of samples) {
    const { kind, loss, jitter, rtt, fps, freezes, concealed, bitrate } = sample;
    if (loss >= LOSS) return weak(`${Math.round(loss * 100)} % is lost on the way`);
    if (kind === "audio" && concealed >= CONCEALED) return weak("the sound has gaps");
    if (kind !== "screen" && jitter >= JITTER_S) return weak("it arrives unevenly");
    if (rtt !== null && rtt >= RTT_S) return weak(`it is late by ${Math.round(rtt * 500)} ms`);
    if (kind !== "audio" && freezes > 0) return weak("the picture stands still at times");
    // A screen that does not change sends nothing, and a camera nobody asked for neither.
    const isMoving = kind === "camera" && bitrate > 0 && fps !== null && fps > 0;
    if (isMoving && fps < FPS) return weak(`only ${Math.round(fps)} pictures a second`);
  }
  return null;
}

function weak(why: string): Verdict {
  return { level: "weak", words: `The connection is weak: ${why}.` };
}

/** A verdict, and how often in a row another one was reached. */
export interface Settled {
  readonly shown: Verdict | null;
  readonly other: Level | null;
  readonly times: number;
}

export const UNSETTLED: Settled = { shown: null, other: null, times: 0 };

/** So often in a row it must be worse, or better, before it is shown; a loss is shown at once. */
const WORSE = 2;
const BETTER = 4;

/** Keeps a mark from blinking with each sample. */
export function settle(last: Settled, next: Verdict | null): Settled {
  if (next === null || last.shown === null || next.level === last.shown.level) {
    return { shown: next, other: null, times: 0 };
  }
  const times = last.other === next.level ? last.times + 1 : 1;
  const needed = next.level === "lost" || last.shown.level === "lost" ? 1 : nextNeeds(next);
  if (times >= needed) return { shown: next, other: null, times: 0 };
  return { ...last, other: next.level, times };
}

function nextNeeds({ level }: Verdict): number {
  return level === "good" ? BETTER : WORSE;
}
