/** What this peer sends to a media worker: three media sections that are offered once. */
import { KINDS, type Kind } from "../../protocol/frames";
import { preferringVp8 } from "./codecs";
import { Errand } from "./Errand";
import { activeLayers, encodingsOf } from "./simulcast";
import type { Connection, LocalTracks } from "./transport";
import { WorkerLeg } from "./WorkerLeg";
import type { WorkerLine } from "./workerLine";

export interface PubLegOptions {
  readonly iceServers: RTCIceServer[];
  readonly tracks: LocalTracks;
  readonly line: WorkerLine;
  /** Asked after a failure: whether this leg should try again. */
  readonly triesAgain: (failure: unknown) => boolean;
  /** The worker has taken an offer. */
  readonly onAnswered: () => void;
  readonly onBroken: () => void;
  readonly onChange: () => void;
}

/** Until a camera tells its own. */
const USUAL_HEIGHT = 720;

export class PubLeg {
  readonly #leg: WorkerLeg;
  readonly #senders: Readonly<Record<Kind, RTCRtpSender>>;
  readonly #negotiation: Errand;
  readonly #filling: Errand;
  #tracks: LocalTracks;
  /** Pixels; a kind that is not in it is sent in full. */
  #watched = new Map<Kind, number>();
  #wantsRestart = false;
  #isAnswered = false;

  constructor(private readonly options: PubLegOptions) {
    const { iceServers, tracks, triesAgain, onBroken, onChange } = options;
    this.#tracks = tracks;
    this.#negotiation = new Errand({ act: () => this.#negotiate(), triesAgain });
    this.#filling = new Errand({ act: () => this.#fill(), triesAgain: () => true });
    const restart = () => this.#restart();
    this.#leg = new WorkerLeg({ iceServers, restart, onBroken, onChange });
    this.#senders = this.#makeSenders();
    this.#filling.wish();
    this.#negotiation.wish();
  }

  get connection(): RTCPeerConnection {
    return this.#leg.pc;
  }

  state(): Connection {
    return this.#leg.state();
  }

  publish(tracks: LocalTracks): void {
    for (const kind of KINDS) {
      // What starts is sent in full until somebody says how it is watched.
      if (this.#tracks[kind] === null && tracks[kind] !== null) this.#watched.delete(kind);
    }
    this.#tracks = tracks;
    this.#filling.wish();
  }

  watched(kind: Kind, height: number): void {
    this.#watched.set(kind, height);
    this.#filling.wish();
  }

  resume(iceServers: RTCIceServer[]): void {
    this.#leg.resume(iceServers);
    this.#negotiation.wish();
  }

  networkChanged(): void {
    this.#leg.networkChanged();
  }

  /** Ask for nothing more; what flows goes on. */
  retire(): void {
    this.#negotiation.close();
  }

  close(): void {
    this.#negotiation.close();
    this.#filling.close();
    this.#leg.close();
  }

  /** The only place where senders come from: who wants to see each of them looks here. */
  #makeSenders(): Record<Kind, RTCRtpSender> {
    // Voice and camera share a stream, so that lips and words stay together.
    const face = new MediaStream();
    const make = (kind: Kind) => {
      const transceiver = this.#leg.pc.addTransceiver(kind === "audio" ? "audio" : "video", {
        direction: "sendonly",
        streams: kind === "screen" ? [] : [face],
        sendEncodings: encodingsOf(kind),
      });
      if (kind !== "audio") preferringVp8(transceiver);
      return transceiver.sender;
    };
    return { audio: make("audio"), camera: make("camera"), screen: make("screen") };
  }

  #restart(): void {
    this.#wantsRestart = true;
    this.#negotiation.wish();
  }

  async #negotiate(): Promise<void> {
    const { pc } = this.#leg;
    if (pc.signalingState === "stable" && this.#isAnswered && !this.#wantsRestart) return;
    // An offer whose answer was lost is sent again as it was.
    if (pc.signalingState === "stable" || this.#wantsRestart) {
      const iceRestart = this.#wantsRestart && this.#isAnswered;
      this.#wantsRestart = false;
      await pc.setLocalDescription(await pc.createOffer({ iceRestart }));
    }
    const offer = pc.localDescription;
    if (offer === null) return;
    await this.#leg.accept(await this.options.line.offer(offer));
    this.#isAnswered = true;
    this.options.onAnswered();
  }

  async #fill(): Promise<void> {
    for (const kind of KINDS) {
      const sender = this.#senders[kind];
      const track = this.#tracks[kind];
      if (sender.track !== track) await sender.replaceTrack(track);
      await this.#rest(kind, sender);
    }
  }

  /** Layers nobody looks at cost neither work nor upload. */
  async #rest(kind: Kind, sender: RTCRtpSender): Promise<void> {
    const parameters = sender.getParameters();
    const { encodings } = parameters;
    const height = sender.track?.getSettings().height ?? USUAL_HEIGHT;
    const watched = this.#watched.get(kind) ?? Number.POSITIVE_INFINITY;
    const active = activeLayers(encodings, height, watched);
    if (encodings.every((encoding, index) => (encoding.active ?? true) === active[index])) return;
    for (const [index, encoding] of encodings.entries()) encoding.active = active[index] ?? true;
    await sender.setParameters(parameters);
  }
}
