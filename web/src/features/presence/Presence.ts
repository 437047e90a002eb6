/** Who is online, for everybody some component asks about. */
import type { PresenceStatus } from "../../protocol/frames";
import type { Socket } from "../../realtime/socket";

/** One watch list per connection, so the wishes of all components are put together. */
const MOST = 200;

export class Presence {
  #statuses: ReadonlyMap<string, PresenceStatus> = new Map();
  readonly #wanted = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #isAsking = false;

  constructor(private readonly socket: Socket) {
    socket.on("presence", ({ data }) => this.#learn([[data.userId, data.status]]));
    socket.onResync((roomId) => {
      if (roomId === undefined) this.#ask();
    });
  }

  readonly statuses = (): ReadonlyMap<string, PresenceStatus> => this.#statuses;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Watch these people until the returned function is called. */
  watch(userIds: readonly string[]): () => void {
    const isNew = userIds.some((userId) => !this.#wanted.has(userId));
    for (const userId of userIds) this.#wanted.set(userId, (this.#wanted.get(userId) ?? 0) + 1);
    if (isNew) this.#ask();
    return () => {
      for (const userId of userIds) {
        const left = (this.#wanted.get(userId) ?? 1) - 1;
        if (left > 0) this.#wanted.set(userId, left);
        else this.#wanted.delete(userId);
      }
    };
  }

  #ask(): void {
    if (this.#isAsking || this.#wanted.size === 0 || this.socket.state() !== "open") return;
    this.#isAsking = true;
    // Components of one page ask in the same moment: one frame for all of them.
    queueMicrotask(async () => {
      this.#isAsking = false;
      try {
        const userIds = [...this.#wanted.keys()].slice(0, MOST);
        const { statuses } = await this.socket.send("watchPresence", { userIds });
        this.#learn(Object.entries(statuses));
      } catch {
        // Asked again when the socket opens; until then nobody is shown as online.
      }
    });
  }

  #learn(news: readonly (readonly [string, PresenceStatus])[]): void {
    this.#statuses = new Map([...this.#statuses, ...news]);
    for (const listener of this.#listeners) listener();
  }
}
