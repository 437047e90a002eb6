/** Commands that wait for their answers, matched by id. */
import { Problem } from "../api/problem";
import type { AnswerFrame } from "../protocol/frames";

interface Waiting {
  readonly resolve: (data: unknown) => void;
  readonly reject: (problem: Problem) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class Answers {
  #nextId = 1;
  readonly #waiting = new Map<number, Waiting>();

  /** The id to send a command with, and its answer; `no-answer` when none comes in time. */
  expect(withinMs: number): { readonly id: number; readonly answer: Promise<unknown> } {
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(lost("no-answer", "The server did not answer in time."));
      }, withinMs);
      this.#waiting.set(id, { resolve, reject, timer });
    });
    return { id, answer };
  }

  receive(frame: AnswerFrame): void {
    const waiting = this.#waiting.get(frame.re);
    if (waiting === undefined) return;
    this.#waiting.delete(frame.re);
    clearTimeout(waiting.timer);
    if (frame.type === "ok") waiting.resolve(frame.data);
    else waiting.reject(new Problem(frame.error));
  }

  /** The connection took what was awaited with it. */
  loseAll(): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject, timer } of waiting) {
      clearTimeout(timer);
      reject(lost("connection-lost", "The connection was lost."));
    }
  }
}

/** A problem of the line, not of the server. */
export function lost(code: string, detail: string): Problem {
  return new Problem({ code, status: 0, detail });
}
