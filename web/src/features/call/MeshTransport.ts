/** Media straight from peer to peer: one connection to each. */
import type { Signal } from "../../protocol/frames";
import { MeshPeer } from "./MeshPeer";
import { cameraLimit } from "./meshBudget";
import type { CallTransport, LocalTracks, RemoteMedia, TransportOptions } from "./transport";

/** Signals may overtake the news of who sent them; this many are kept for each stranger. */
const EARLY_SIGNALS = 64;

export class MeshTransport implements CallTransport {
  readonly #peers = new Map<string, MeshPeer>();
  readonly #early = new Map<string, Signal[]>();
  #iceServers: RTCIceServer[];
  #tracks: LocalTracks;

  constructor(private readonly options: TransportOptions) {
    this.#iceServers = options.iceServers;
    this.#tracks = options.tracks;
  }

  add(peerId: string, { initiates }: { readonly initiates: boolean }): void {
    if (this.#peers.has(peerId)) return;
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

  has(peerId: string): boolean {
    return this.#peers.has(peerId);
  }

  peerIds(): readonly string[] {
    return [...this.#peers.keys()];
  }

  remove(peerId: string): void {
    this.#early.delete(peerId);
    this.#peers.get(peerId)?.close();
    if (!this.#peers.delete(peerId)) return;
    this.#shareUpload();
    this.options.onChange();
  }

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

  resume(iceServers: RTCIceServer[]): void {
    this.#iceServers = iceServers;
    for (const peer of this.#peers.values()) peer.resume(iceServers);
  }

  remotes(): ReadonlyMap<string, RemoteMedia> {
    return new Map([...this.#peers].map(([peerId, peer]) => [peerId, peer.remote()]));
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

  #shareUpload(): void {
    const limit = cameraLimit(this.#peers.size);
    for (const peer of this.#peers.values()) peer.limitCamera(limit);
  }
}
