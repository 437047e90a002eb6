/** Notices that this person was not there, and finds out what they missed. */
import { createStore, type StoreApi } from "zustand/vanilla";
import { getChatDigest, type Mark } from "../../api/chat";
import type { ChatDigest } from "../../protocol/rest";
import { awayDigest, type Digest, isWorthTelling, lateDigest } from "./digest";
import type { CallView } from "./model";

/** A shorter absence needs no report: what is missing is caught up with and seen. */
const AWAY_MS = 30_000;

interface Absence {
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly call: CallView;
  readonly newestSeq: number;
}

export class Missed {
  readonly store: StoreApi<{ readonly digest: Digest | null }> = createStore(() => ({
    digest: null,
  }));
  #absence: Absence | null = null;

  constructor(private readonly roomId: string) {}

  /** The connection is lost; `call` and the chat up to `newestSeq` is what was known. */
  lost(since: number, call: CallView, newestSeq: number): void {
    this.#absence ??= { since, call, newestSeq };
  }

  /** The call is told anew; `isNew` when this person was not in it as far as is known here. */
  async entered(call: CallView, { isNew }: { readonly isNew: boolean }): Promise<void> {
    const absence = this.#absence;
    this.#absence = null;
    if (absence !== null) {
      const awayMs = Date.now() - absence.since;
      if (awayMs < AWAY_MS) return;
      const chat = await this.#written({ after: absence.newestSeq });
      this.#tell(awayDigest(absence.call, call, awayMs / 1_000, chat));
    } else if (isNew) {
      this.#tell(lateDigest(call, await this.#written({ since: call.startedAt })));
    }
  }

  readonly dismiss = (): void => this.store.setState({ digest: null });

  /** Null when the chat does not answer: who is here is worth telling without it. */
  #written(mark: Mark): Promise<ChatDigest | null> {
    return getChatDigest(this.roomId, mark).catch(() => null);
  }

  #tell(digest: Digest): void {
    if (isWorthTelling(digest)) this.store.setState({ digest });
  }
}
