/** Media through one media worker: a connection for what is sent, and one for what is got. */
import type { Kind, Peer } from "../../protocol/frames";
import { onNetworkChange } from "./networkChange";
import { PubLeg } from "./PubLeg";
import { SubLeg } from "./SubLeg";
import type {
  CallTransport,
  Connection,
  Flowing,
  Heights,
  LocalTracks,
  RemoteMedia,
} from "./transport";
import { wantsOf } from "./wants";
import { meaningOf, type WorkerLine } from "./workerLine";

export interface SfuTransportOptions {
  readonly iceServers: RTCIceServer[];
  readonly tracks: LocalTracks;
  /** Null while it is not known. */
  readonly heights: Heights | null;
  readonly line: WorkerLine;
  /** Hears each change of `remotes`. */
  readonly onChange: () => void;
  /** This call is not carried by a worker, or does not have this peer: ask for the call again. */
  readonly onGone: () => void;
  /** Cannot be repaired; a new transport to the same worker may work. */
  readonly onBroken: () => void;
}

export class SfuTransport implements CallTransport {
  readonly #pub: PubLeg;
  readonly #sub: SubLeg;
  readonly #stopListening: () => void;
  #others: readonly Peer[] = [];
  #heights: Heights | null;
  /** A worker forgets both legs when another page offers `pub`: what `sub` asks for comes after. */
  #isAnswered = false;

  constructor(private readonly options: SfuTransportOptions) {
    const { iceServers, tracks, line, onChange, onBroken } = options;
    const triesAgain = (failure: unknown) => this.#triesAgain(failure);
    this.#heights = options.heights;
    const shared = { iceServers, line, triesAgain, onBroken, onChange };
    this.#sub = new SubLeg({ ...shared, wants: () => wantsOf(this.#others, this.#heights) });
    this.#pub = new PubLeg({ ...shared, tracks, onAnswered: () => this.#answered() });
    this.#stopListening = onNetworkChange(() => {
      this.#pub.networkChanged();
      this.#sub.networkChanged();
    });
  }

  follow(others: readonly Peer[]): void {
    this.#others = others;
    this.#changed();
    this.options.onChange();
  }

  publish(tracks: LocalTracks): void {
    this.#pub.publish(tracks);
  }

  show(heights: Heights): void {
    this.#heights = heights;
    this.#changed();
  }

  watched(kind: Kind, height: number): void {
    this.#pub.watched(kind, height);
  }

  resume(iceServers: RTCIceServer[]): void {
    this.#pub.resume(iceServers);
    if (this.#isAnswered) this.#sub.resume(iceServers);
  }

  retire(): void {
    this.#stopListening();
    this.#pub.retire();
    this.#sub.retire();
  }

  remotes(): ReadonlyMap<string, RemoteMedia> {
    return new Map(this.#others.map(({ peerId }) => [peerId, this.#remote(peerId)]));
  }

  async flowing(): Promise<Flowing> {
    const slots = await this.#sub.flowing();
    const kindsOf = (of: string) =>
      slots.flatMap(({ peerId, kind }) => (peerId === of ? [kind] : []));
    return new Map(this.#others.map(({ peerId }) => [peerId, new Set(kindsOf(peerId))]));
  }

  isConnected(): boolean {
    const isAlone = this.#others.length === 0;
    return this.#pub.state() === "connected" && (isAlone || this.#sub.state() === "connected");
  }

  levels(): ReadonlyMap<string, number> {
    return new Map(this.#others.map(({ peerId }) => [peerId, this.#sub.level(peerId)]));
  }

  peerConnections(): ReadonlyMap<string, RTCPeerConnection> {
    return new Map([
      ["pub", this.#pub.connection],
      ["sub", this.#sub.connection],
    ]);
  }

  close(): void {
    this.#stopListening();
    this.#pub.close();
    this.#sub.close();
  }

  #remote(peerId: string): RemoteMedia {
    const track = (kind: Kind) => this.#sub.track({ peerId, kind });
    const audio = track("audio");
    const connection: Connection = audio === null ? "connecting" : this.#sub.state();
    return { audio, camera: track("camera"), screen: track("screen"), connection };
  }

  #answered(): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#changed();
  }

  #changed(): void {
    if (this.#isAnswered) this.#sub.changed();
  }

  #triesAgain(failure: unknown): boolean {
    const meaning = meaningOf(failure);
    if (meaning === "not-here") this.options.onGone();
    if (meaning === "beyond-repair") this.options.onBroken();
    return meaning !== "beyond-repair";
  }
}
