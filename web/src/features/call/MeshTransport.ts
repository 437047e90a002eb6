/** Media straight from peer to peer: one connection to each. */
import type { Peer, Signal } from "../../protocol/frames";
import { MeshPeer } from "./MeshPeer";
import { cameraLimit } from "./meshBudget";
import type { CallTransport, Flowing, LocalTracks, RemoteMedia } from "./transport";

/** Signals may overtake the news of who sent them; this many are kept for each stranger. */
const EARLY_SIGNALS = 64;

export interface MeshTransportOptions {
  readonly ownPeerId: string;
  readonly iceServers: RTCIceServer[];
  readonly tracks: LocalTracks;
  /** Rejects when signaling is down; the transport then repeats it later. */
  readonly send: (to: string, signal: Signal) => Promise<unknown>;
  /** Hears each change of `remotes`. */
  readonly onChange: () => void;
}

export class MeshTransport implements CallTransport {
  readonly #peers = new Map<string, MeshPeer>();
  readonly #early = new Map<string, Signal[]>();
  #iceServers: RTCIceServer[];
  #tracks: LocalTracks;
  #isRetired = false;

  constructor(private readonly options: MeshTransportOptions) {
    this.#iceServers = options.iceServers;
    this.#tracks = options.tracks;
  }

  follow(others: readonly Peer[], { initiates }: { readonly initiates: boolean }): void {
    const wanted = new Set(others.map(({ peerId }) => peerId));
    for (const peerId of this.#peers.keys()) {
      if (!wanted.has(peerId)) this.#remove(peerId);
    }
    if (this.#isRetired) return;
    for (const peerId of wanted) {
      if (!this.#peers.has(peerId)) this.#add(peerId, initiates);
    }
  }

  /** Take in what `signal` brought; for a peer not followed yet it is kept until then. */
  receive(from: string, signal: Signal): void {
    const peer = this.#peers.get(from);
    if (peer !== undefined) {
      peer.receive(signal);
      return;
    }
    const early = this.#early.get(from) ?? [];
    if (early.length < EARLY_SIGNALS) this.#early.set(from, [...early, signal]);
  }

  publish(tracks: LocalTracks): void {
    this.#tracks = tracks;
    for (const peer of this.#peers.values()) peer.publish(tracks);
  }

  /** In a mesh everybody is sent everything: what is shown changes nothing. */
  show(): void {}

  watched(): void {}

  resume(iceServers: RTCIceServer[]): void {
    this.#iceServers = iceServers;
    for (const peer of this.#peers.values()) peer.resume(iceServers);
  }

  retire(): void {
    this.#isRetired = true;
    for (const [peerId, peer] of this.#peers) {
      if (peer.remote().connection === "connecting") this.#remove(peerId);
    }
  }

  remotes(): ReadonlyMap<string, RemoteMedia> {
    return new Map([...this.#peers].map(([peerId, peer]) => [peerId, peer.remote()]));
  }

  async flowing(): Promise<Flowing> {
    const peers = [...this.#peers];
    const each = peers.map(async ([peerId, peer]) => [peerId, await peer.flowing()] as const);
    return new Map(await Promise.all(each));
  }

  isConnected(): boolean {
    const remotes = [...this.remotes().values()];
    return remotes.every(({ connection }) => connection === "connected");
  }

  levels(): ReadonlyMap<string, number> {
    return new Map([...this.#peers].map(([peerId, peer]) => [peerId, peer.level()]));
  }

  peerConnections(): ReadonlyMap<string, RTCPeerConnection> {
    return new Map([...this.#peers].map(([peerId, peer]) => [peerId, peer.connection]));
  }

  close(): void {
    for (const peer of this.#peers.values()) peer.close();
    this.#peers.clear();
  }

  #add(peerId: string, initiates: boolean): void {
    const early = this.#early.get(peerId) ?? [];
    this.#early.delete(peerId);
    const peer = new MeshPeer({
      isPolite: this.options.ownPeerId < peerId,
      // Who has sent an offer already need not be sent one.
      initiates: initiates && early.length === 0,
      iceServers: this.#iceServers,
      tracks: this.#tracks,
      limit: cameraLimit(this.#peers.size + 1),
      send: (signal) => this.options.send(peerId, signal),
      onChange: this.options.onChange,
    });
    this.#peers.set(peerId, peer);
    this.#shareUpload();
    for (const signal of early) peer.receive(signal);
    this.options.onChange();
  }

  #remove(peerId: string): void {
    this.#early.delete(peerId);
    this.#peers.get(peerId)?.close();
    if (!this.#peers.delete(peerId)) return;
    this.#shareUpload();
    this.options.onChange();
  }

  #shareUpload(): void {
    const limit = cameraLimit(this.#peers.size);
    for (const peer of this.#peers.values()) peer.limitCamera(limit);
  }
}
