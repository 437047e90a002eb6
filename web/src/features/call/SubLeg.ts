/** What this peer gets from a media worker, which offers it. */
import type { Slot, Subscribed, Want } from "../../protocol/frames";
import { Errand } from "./Errand";
import { flowingIn } from "./flowing";
import { briefly } from "./sdp";
import type { Connection } from "./transport";
import { WorkerLeg } from "./WorkerLeg";
import { isFinal, type WorkerLine } from "./workerLine";

export interface SubLegOptions {
  readonly iceServers: RTCIceServer[];
  readonly line: WorkerLine;
  /** What is wanted at the moment it is asked for. */
  readonly wants: () => readonly Want[];
  /** Asked after a failure: whether this leg should try again. */
  readonly triesAgain: (failure: unknown) => boolean;
  readonly onBroken: () => void;
  readonly onChange: () => void;
}

/** Layouts move through many sizes; only where they end is asked for. */
const SETTLE_MS = 50;
/** Before the worker is asked again for what it had no place for: a peer it does not know yet. */
const MISSING_MS = 2_000;

export class SubLeg {
  readonly #leg: WorkerLeg;
  readonly #errand: Errand;
  #slots: Readonly<Record<string, Slot>> = {};
  /** The wants the worker has answered, as text; null asks in any case. */
  #told: string | null = "[]";
  #wantsRestart = false;
  /** Our answer, until the worker has it; offers come only in answers to us, so none overtakes it. */
  #undelivered: RTCSessionDescriptionInit | null = null;

  constructor(private readonly options: SubLegOptions) {
    const { iceServers, triesAgain, onBroken, onChange } = options;
    this.#errand = new Errand({ act: () => this.#subscribe(), triesAgain });
    const restart = () => this.#restart();
    this.#leg = new WorkerLeg({ iceServers, restart, onBroken, onChange });
  }

  get connection(): RTCPeerConnection {
    return this.#leg.pc;
  }

  state(): Connection {
    return this.#leg.state();
  }

  /** The wants may be others now. */
  changed(): void {
    this.#errand.wishWithin(SETTLE_MS);
  }

  track({ peerId, kind }: Slot): MediaStreamTrack | null {
    return this.#receiver({ peerId, kind })?.track ?? null;
  }

  level(peerId: string): number {
    const receiver = this.#receiver({ peerId, kind: "audio" });
    return receiver?.getSynchronizationSources()[0]?.audioLevel ?? 0;
  }

  /** The tracks that have brought something. */
  async flowing(): Promise<readonly Slot[]> {
    const mids = await flowingIn(this.#leg.pc);
    return Object.entries(this.#slots).flatMap(([mid, slot]) => (mids.has(mid) ? [slot] : []));
  }

  resume(iceServers: RTCIceServer[]): void {
    this.#told = null;
    this.#leg.resume(iceServers);
    this.#errand.wish();
  }

  networkChanged(): void {
    this.#leg.networkChanged();
  }

  /** Ask for nothing more; what flows goes on. */
  retire(): void {
    this.#errand.close();
  }

  close(): void {
    this.#errand.close();
    this.#leg.close();
  }

  /** The only place where receivers come from: who wants to see each of them looks here. */
  #receiver({ peerId, kind }: Slot): RTCRtpReceiver | undefined {
    const found = this.#leg.pc.getTransceivers().find(({ mid }) => {
      const slot = mid === null ? undefined : this.#slots[mid];
      return slot?.peerId === peerId && slot.kind === kind;
    });
    return found?.receiver;
  }

  #restart(): void {
    this.#wantsRestart = true;
    this.#errand.wish();
  }

  async #subscribe(): Promise<void> {
    await this.#deliver();
    const wants = this.options.wants();
    const text = JSON.stringify(wants);
    if (text === this.#told && !this.#wantsRestart) return;
    this.#told = null;
    const { description, slots } = await this.#ask(wants);
    if (description !== undefined) await this.#accept(description);
    this.#slots = slots;
    this.options.onChange();
    await this.#deliver();
    this.#told = text;
    this.#lookForMissing(wants);
  }

  async #ask(wants: readonly Want[]): Promise<Subscribed> {
    const restart = this.#wantsRestart;
    this.#wantsRestart = false;
    try {
      return await this.options.line.subscribe(wants, { restart });
    } catch (failure) {
      this.#wantsRestart ||= restart;
      throw failure;
    }
  }

  async #accept(offer: RTCSessionDescriptionInit): Promise<void> {
    const { pc } = this.#leg;
    await this.#leg.accept(offer);
    await pc.setLocalDescription(await pc.createAnswer());
    const answer = pc.localDescription;
    this.#undelivered = answer && { type: answer.type, sdp: briefly(answer.sdp) };
  }

  async #deliver(): Promise<void> {
    const answer = this.#undelivered;
    if (answer === null) return;
    try {
      await this.options.line.answer(answer);
    } catch (failure) {
      // Refused, it answers nothing that is still asked; the next offer is answered anew.
      if (isFinal(failure)) this.#undelivered = null;
      throw failure;
    }
    this.#undelivered = null;
  }

  /** The worker may not know a peer yet that signaling has told us of. */
  #lookForMissing(wants: readonly Want[]): void {
    const given = new Set(Object.values(this.#slots).map(nameOf));
    const isOffered = this.#leg.pc.remoteDescription !== null;
    if (wants.every((want) => given.has(nameOf(want))) && (isOffered || wants.length === 0)) return;
    // A worker that has told a connection before us everything has nothing to offer us.
    if (!isOffered) this.#wantsRestart = true;
    this.#told = null;
    this.#errand.wishWithin(MISSING_MS);
  }
}

function nameOf({ peerId, kind }: Slot): string {
  return `${peerId} ${kind}`;
}
