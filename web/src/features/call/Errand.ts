/** Work that is repeated until it succeeded. */
import { backoff } from "../../realtime/backoff";

export interface ErrandOptions {
  /** Brings about what is wanted when it runs; doing it twice changes nothing. */
  readonly act: () => Promise<void>;
  /** Asked when the wait after a failure is over. */
  readonly triesAgain: (failure: unknown) => boolean;
}

/**
 * One run at a time; what is wished for while one is under way is done by one more after it, so
 * that the newest wish wins however many there were.
 */
export class Errand {
  #isWished = false;
  #isUnderWay = false;
  #isClosed = false;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: ErrandOptions) {}

  /** Run now, or right after the run that is under way. */
  wish(): void {
    this.#isWished = true;
    this.#cancel();
    if (!this.#isUnderWay && !this.#isClosed) void this.#run();
  }

  /** Run within `ms`, together with everything that is wished for until then. */
  wishWithin(ms: number): void {
    if (!this.#isClosed) this.#timer ??= setTimeout(() => this.wish(), ms);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  async #run(): Promise<void> {
    this.#isUnderWay = true;
    while (this.#isWished && !this.#isClosed) {
      this.#isWished = false;
      try {
        await this.options.act();
        this.#failures = 0;
      } catch (failure) {
        this.#repeatAfter(failure);
        break;
      }
    }
    this.#isUnderWay = false;
  }

  #repeatAfter(failure: unknown): void {
    this.#cancel();
    if (this.#isClosed) return;
    const wait = backoff(this.#failures++, Math.random);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.options.triesAgain(failure)) this.wish();
    }, wait);
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
