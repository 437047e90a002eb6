/** From one transport to the next: both run until the new one has brought what the old one shows. */
import type { Peer } from "../../protocol/frames";
import { advance, awaitedOf, isOver, type Move, moveBegins, movedTracks, shownOf } from "./moving";
import type { CallTransport, Heights, RemoteMedia } from "./transport";

export interface HandoverOptions {
  /** Still plays and still sends; closed at the end. */
  readonly old: CallTransport;
  readonly next: CallTransport;
  readonly others: () => readonly Peer[];
  readonly heights: () => Heights | null;
  /** Hears each change of `remotes`, the last one when the old transport is closed. */
  readonly onChange: () => void;
}

/** Nobody sees that a track moved a moment later than it could have. */
const LOOK_EVERY_MS = 100;

export class Handover {
  #move: Move = moveBegins(Date.now());
  #isLooking = false;
  #isClosed = false;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(private readonly options: HandoverOptions) {
    options.old.retire();
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  get old(): CallTransport {
    return this.options.old;
  }

  get isOver(): boolean {
    return this.#isClosed;
  }

  /** Whether anything is shown of the new transport. */
  get hasBegun(): boolean {
    return movedTracks(this.#move) > 0;
  }

  remotes(): ReadonlyMap<string, RemoteMedia> {
    const { old, next } = this.options;
    return this.#isClosed ? next.remotes() : shownOf(this.#move, old.remotes(), next.remotes());
  }

  /** Stop looking, and let go of the old transport. */
  close(): void {
    this.stop();
    this.options.old.close();
  }

  /** Stop looking; the old transport goes on. */
  stop(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      await this.#advance();
    } finally {
      this.#isLooking = false;
    }
  }

  async #advance(): Promise<void> {
    const { old, next, others, heights, onChange } = this.options;
    const flowing = await next.flowing();
    if (this.#isClosed) return;
    const now = Date.now();
    const awaited = awaitedOf(others(), old.remotes(), heights());
    const before = movedTracks(this.#move);
    this.#move = advance(this.#move, { now, isConnected: next.isConnected(), flowing, awaited });
    if (isOver(this.#move, now)) {
      // The tracks of the old transport end with it: nobody may show them by then.
      this.stop();
      onChange();
      old.close();
    } else if (movedTracks(this.#move) > before) onChange();
  }
}
