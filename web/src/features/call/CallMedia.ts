/**
 * Keeps media in step with the call: who is in it, and which way it takes.
 *
 * While a call takes another way both transports run, and nobody sees when it happened.
 */
import type { Kind, Signal } from "../../protocol/frames";
import { backoff } from "../../realtime/backoff";
import type { Socket } from "../../realtime/socket";
import { EarlySignals } from "./EarlySignals";
import { Handover } from "./Handover";
import { MeshTransport } from "./MeshTransport";
import { type CallView, others } from "./model";
import { SfuTransport } from "./SfuTransport";
import type { CallTransport, Heights, LocalTracks, RemoteMedia } from "./transport";
import { workerLine } from "./workerLine";

export interface CallMediaOptions {
  readonly socket: Socket;
  readonly roomId: string;
  /** What this peer sends now. */
  readonly tracks: () => LocalTracks;
  /** Hears each change of `remotes`. */
  readonly onChange: (remotes: ReadonlyMap<string, RemoteMedia>) => void;
  /** What is known of the call is out of date: it is to be asked for again. */
  readonly onStale: () => void;
}

export class CallMedia {
  #transport: CallTransport | null = null;
  #handover: Handover | null = null;
  #call: CallView | null = null;
  #iceServers: RTCIceServer[] = [];
  #heights: Heights | null = null;
  #breaks = 0;
  #mending: ReturnType<typeof setTimeout> | undefined;
  readonly #early = new EarlySignals();

  constructor(private readonly options: CallMediaOptions) {}

  /** The call as it was just told; connections of peers that are still there go on. */
  enter(call: CallView, iceServers: RTCIceServer[]): void {
    this.#iceServers = iceServers;
    if (this.#call?.ownPeerId !== call.ownPeerId) this.#drop();
    const before = this.#transport;
    this.#take(call, { initiates: true });
    if (before === this.#transport) before?.resume(iceServers);
  }

  /** Newcomers know everybody from their answer and make the first offer. */
  follow(call: CallView): void {
    this.#take(call, { initiates: false });
  }

  receive(from: string, signal: Signal): void {
    if (this.#transport instanceof MeshTransport) this.#transport.receive(from, signal);
    else this.#early.keep(from, signal);
  }

  publish(tracks: LocalTracks): void {
    for (const transport of this.#transports()) transport.publish(tracks);
  }

  show(heights: Heights): void {
    this.#heights = heights;
    this.#transport?.show(heights);
  }

  watched(kind: Kind, height: number): void {
    this.#transport?.watched(kind, height);
  }

  /** While the call moves, the louder of both ways. */
  levels(): ReadonlyMap<string, number> {
    const all = this.#transports().flatMap((transport) => [...transport.levels()]);
    const loudest = new Map<string, number>();
    for (const [peerId, level] of all) {
      loudest.set(peerId, Math.max(level, loudest.get(peerId) ?? 0));
    }
    return loudest;
  }

  peerConnections(): ReadonlyMap<string, RTCPeerConnection> {
    const before = this.#handover?.old.peerConnections() ?? [];
    const now = this.#transport?.peerConnections() ?? [];
    return new Map([...[...before].map(([name, pc]) => [`before ${name}`, pc] as const), ...now]);
  }

  close(): void {
    this.#drop();
  }

  #take(call: CallView, { initiates }: { readonly initiates: boolean }): void {
    const before = this.#call;
    this.#call = call;
    const isOtherWay = before === null || wayOf(before) !== wayOf(call);
    if (this.#transport === null) this.#transport = this.#make(call);
    else if (isOtherWay) this.#replace(this.#transport, call);
    const peers = others(call);
    // All of them go over at once, and who is first cannot be known: both may offer.
    this.#transport?.follow(peers, { initiates: initiates || isOtherWay });
    for (const transport of this.#transports()) {
      if (transport !== this.#transport) transport.follow(peers, { initiates: false });
    }
  }

  #make(call: CallView): CallTransport {
    const made: CallTransport =
      call.topology === "sfu" ? this.#makeSfu(() => made) : this.#makeMesh(call.ownPeerId);
    return made;
  }

  #makeMesh(ownPeerId: string): MeshTransport {
    const { socket, roomId, tracks } = this.options;
    const mesh = new MeshTransport({
      ownPeerId,
      iceServers: this.#iceServers,
      tracks: tracks(),
      send: (to, signal) => socket.send("signal", { roomId, to, ...signal }),
      onChange: () => this.#changed(),
    });
    for (const { from, signal } of this.#early.take()) mesh.receive(from, signal);
    return mesh;
  }

  #makeSfu(made: () => CallTransport): SfuTransport {
    const { socket, roomId, tracks, onStale } = this.options;
    return new SfuTransport({
      iceServers: this.#iceServers,
      tracks: tracks(),
      heights: this.#heights,
      line: workerLine(socket, roomId),
      onChange: () => this.#changed(),
      onGone: onStale,
      onBroken: () => this.#mend(made()),
    });
  }

  /** Another transport takes over from `transport`, or from what that one had not taken over yet. */
  #replace(transport: CallTransport, call: CallView): void {
    // What was to be mended is replaced by this.
    this.#spare();
    let old = transport;
    if (this.#handover?.hasBegun === false) {
      old = this.#handover.old;
      this.#handover.stop();
      transport.close();
    } else this.#handover?.close();
    const next = this.#make(call);
    this.#transport = next;
    this.#handover = new Handover({
      old,
      next,
      others: () => (this.#call === null ? [] : others(this.#call)),
      heights: () => this.#heights,
      onChange: () => this.#changed(),
    });
  }

  /** A transport that cannot be repaired is replaced by one of the same kind. */
  #mend(broken: CallTransport): void {
    if (this.#mending !== undefined) return;
    const wait = backoff(this.#breaks++, Math.random);
    this.#mending = setTimeout(() => {
      this.#mending = undefined;
      const call = this.#call;
      if (broken !== this.#transport || call === null) return;
      this.#replace(broken, call);
      this.#take(call, { initiates: true });
    }, wait);
  }

  #changed(): void {
    if (this.#handover?.isOver) this.#handover = null;
    if (this.#transport?.isConnected()) this.#breaks = 0;
    this.options.onChange((this.#handover ?? this.#transport)?.remotes() ?? new Map());
  }

  #transports(): readonly CallTransport[] {
    const all = [this.#handover?.old, this.#transport];
    return all.filter((transport) => transport != null);
  }

  #spare(): void {
    clearTimeout(this.#mending);
    this.#mending = undefined;
  }

  #drop(): void {
    this.#spare();
    this.#handover?.close();
    this.#handover = null;
    this.#transport?.close();
    this.#transport = null;
    this.#call = null;
  }
}

/** Media that takes another way needs another transport. */
function wayOf({ topology, workerId }: CallView): string {
  return topology === "sfu" ? `sfu ${workerId}` : "mesh";
}
