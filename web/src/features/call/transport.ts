/** How media reaches the others, whatever the topology; the call knows only this. */
import type { Signal } from "../../protocol/frames";

export interface LocalTracks {
  readonly audio: MediaStreamTrack | null;
  readonly camera: MediaStreamTrack | null;
  readonly screen: MediaStreamTrack | null;
}

/** `interrupted` was connected before and is being repaired. */
export type Connection = "connecting" | "connected" | "interrupted";

export interface RemoteMedia extends LocalTracks {
  readonly connection: Connection;
}

/** How high each peer's pictures are on the screen, by peer id. */
export type Heights = ReadonlyMap<string, ShownHeights>;

/** Device pixels; 0 for what is not on the screen now. */
export interface ShownHeights {
  readonly camera: number;
  readonly screen: number;
}

export interface CallTransport {
  /** Start to exchange media with a peer; `initiates` is the one who makes the first offer. */
  add(peerId: string, options: { readonly initiates: boolean }): void;
  has(peerId: string): boolean;
  peerIds(): readonly string[];
  remove(peerId: string): void;
  /** Take in what `signal` brought; for a peer not added yet it is kept until then. */
  receive(from: string, signal: Signal): void;
  /** Send these tracks to everybody from now on; needs no negotiation. */
  publish(tracks: LocalTracks): void;
  /** What is on the screen now; whoever is not in it is hidden. */
  show(heights: Heights): void;
  /** Signaling works again: repeat what may have been lost, repair what broke. */
  resume(iceServers: RTCIceServer[]): void;
  remotes(): ReadonlyMap<string, RemoteMedia>;
  /** How loud each peer is, 0 to 1. */
  levels(): ReadonlyMap<string, number>;
  peerConnections(): ReadonlyMap<string, RTCPeerConnection>;
  close(): void;
}

export interface TransportOptions {
  readonly ownPeerId: string;
  readonly iceServers: RTCIceServer[];
  readonly tracks: LocalTracks;
  /** Rejects when signaling is down; the transport then repeats it later. */
  readonly send: (to: string, signal: Signal) => Promise<unknown>;
  /** Hears each change of `remotes`. */
  readonly onChange: () => void;
}
