/** Signals of peers that went over to a mesh before this one did. */
import type { Signal } from "../../protocol/frames";

interface Early {
  readonly from: string;
  readonly signal: Signal;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Older ones are of a mesh that is over. */
const KEPT_MS = 5_000;
/** An offer, an answer and a good many candidates of each of a dozen peers. */
const MOST = 256;

export class EarlySignals {
  #kept: Early[] = [];

  keep(from: string, signal: Signal): void {
    this.#kept = [...this.#fresh(), { from, signal, at: Date.now() }].slice(-MOST);
  }

  /** Those that are still worth something, in the order they came; each once. */
  take(): readonly Early[] {
    const fresh = this.#fresh();
    this.#kept = [];
    return fresh;
  }

  #fresh(): Early[] {
    const now = Date.now();
    return this.#kept.filter(({ at }) => now - at < KEPT_MS);
  }
}
