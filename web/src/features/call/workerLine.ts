/** What a leg and its media worker say to each other, over the call's socket. */
import { Problem } from "../../api/problem";
import { type Subscribed, TO_WORKER, type Want } from "../../protocol/frames";
import type { Socket } from "../../realtime/socket";

/** Each rejects with the problem it was refused with, or that the line has. */
export interface WorkerLine {
  /** Offer the `pub` leg; brings the worker's answer. */
  offer(description: RTCSessionDescriptionInit): Promise<RTCSessionDescriptionInit>;
  /** Answer the newest offer of the `sub` leg. */
  answer(description: RTCSessionDescriptionInit): Promise<unknown>;
  /** Ask for exactly these tracks from now on; `restart` for a new way to the worker too. */
  subscribe(tracks: readonly Want[], options: { readonly restart: boolean }): Promise<Subscribed>;
}

export function workerLine(socket: Socket, roomId: string): WorkerLine {
  const to = TO_WORKER;
  return {
    async offer(description) {
      const signal = { roomId, to, leg: "pub", description } as const;
      const { description: answer } = await socket.send("signal", signal);
      if (answer === undefined) throw new Problem({ status: 503, code: "no-answer" });
      return answer;
    },
    answer: (description) => socket.send("signal", { roomId, to, leg: "sub", description }),
    subscribe: (tracks, { restart }) =>
      socket.send("subscribe", { roomId, tracks, ...(restart ? { restart } : {}) }),
  };
}

/** What a failure means to a leg: to try again, to ask for the call, or to be made anew. */
export type Failure = "again" | "not-here" | "beyond-repair";

export function meaningOf(failure: unknown): Failure {
  // What no server said comes from a connection that cannot take a description.
  if (!(failure instanceof Problem)) return "beyond-repair";
  if (failure.isPassing || failure.code === "not-offered") return "again";
  return failure.status === 404 || failure.status === 409 ? "not-here" : "beyond-repair";
}

/** Whether the same would be refused again. */
export function isFinal(failure: unknown): boolean {
  return failure instanceof Problem && !failure.isPassing;
}
