/** Keeps samples and hands them to analytics some at a time; what cannot be sent is forgotten. */
import { sendCallQuality } from "../../../api/analytics";
import { newId } from "../../../api/newId";
import type { CallQuality, CallQualitySample } from "../../../protocol/rest";
import type { Sample } from "./samples";

/** About 56 KiB: a request that outlives its page may have 64, and analytics takes no more. */
const MOST = 240;

export class Reports {
  #samples: CallQualitySample[] = [];
  #meetingId: string | null = null;

  constructor(private readonly roomId: string) {}

  keep(meetingId: string, samples: readonly Sample[], at: Date): void {
    // A room may hold one meeting after the other.
    if (meetingId !== this.#meetingId) this.send();
    this.#meetingId = meetingId;
    const room = MOST - this.#samples.length;
    this.#samples.push(...samples.slice(0, room).map((one) => ({ ...one, at: at.toISOString() })));
  }

  /** Hand over what is kept; `isLast` outlives the page. */
  send({ isLast = false } = {}): void {
    if (this.#samples.length === 0 || this.#meetingId === null) return;
    const batch: CallQuality = {
      batchId: newId(),
      roomId: this.roomId,
      meetingId: this.#meetingId,
      samples: this.#samples,
    };
    this.#samples = [];
    // Figures about the call must never disturb the call.
    sendCallQuality(batch, { isLast }).catch(() => {});
  }
}
