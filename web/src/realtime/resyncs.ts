/** Who asks again for what may have been lost, and when. */
import { alarm } from "./alarm";

/** Everybody a server was cut off with hears of it at once; they ask spread over this time. */
export const SPREAD_MS = 2_000;

/** Hears the room in which something was lost; undefined: it may have been any. */
export type Ask = (roomId?: string) => void;

interface Concern {
  readonly ask: Ask;
  readonly roomId: string | undefined;
}

export class Resyncs {
  readonly #concerns = new Set<Concern>();
  /** Rooms that wait for being asked for; undefined is every one. */
  #lost = new Set<string | undefined>();
  #cancel = () => {};

  constructor(private readonly random: () => number) {}

  /** With a `roomId` only of that room, before those who look after all of them. */
  add(ask: Ask, roomId?: string): () => void {
    const concern = { ask, roomId };
    this.#concerns.add(concern);
    return () => this.#concerns.delete(concern);
  }

  /** Events were lost, of one room or of any: it is asked for within `SPREAD_MS`. */
  lost(roomId: string | undefined): void {
    const isWaiting = this.#lost.size > 0;
    this.#lost.add(roomId);
    if (!isWaiting) this.#cancel = alarm(() => this.#ask(), this.random() * SPREAD_MS);
  }

  /** The connection is a new one: everything is asked for now. */
  all(): void {
    this.cancel();
    this.#lost.add(undefined);
    this.#ask();
  }

  cancel(): void {
    this.#cancel();
    this.#lost.clear();
  }

  #ask(): void {
    const lost = this.#lost.has(undefined) ? [undefined] : [...this.#lost];
    this.#lost = new Set();
    const concerns = [...this.#concerns];
    const isOfRoom = (concern: Concern) => concern.roomId !== undefined;
    // What is on the screen is asked for first.
    const inOrder = [
      ...concerns.filter(isOfRoom),
      ...concerns.filter((concern) => !isOfRoom(concern)),
    ];
    for (const { ask, roomId } of inOrder) {
      for (const where of lost) {
        if (where === undefined || roomId === undefined || roomId === where) ask(where);
      }
    }
  }
}
