/** How media reaches the others, whatever the topology; the call knows only this. */
import type { Kind, Peer } from "../../protocol/frames";

export type LocalTracks = Readonly<Record<Kind, MediaStreamTrack | null>>;

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

/** What brings media: which of a peer's tracks have carried something, by peer id. */
export type Flowing = ReadonlyMap<string, ReadonlySet<Kind>>;

export interface CallTransport {
  /**
   * Exchange media with exactly these from now on; `initiates` says who makes the first offer to
   * one that is new among them.
   */
  follow(others: readonly Peer[], options: { readonly initiates: boolean }): void;
  /** Send these tracks to everybody from now on; needs no negotiation. */
  publish(tracks: LocalTracks): void;
  /** What is on the screen now; whoever is not in it is hidden. */
  show(heights: Heights): void;
  /** The greatest height, in pixels, at which anybody shows what is sent of this kind. */
  watched(kind: Kind, height: number): void;
  /** Signaling works again: repeat what may have been lost, repair what broke. */
  resume(iceServers: RTCIceServer[]): void;
  /** Another transport takes over: what flows goes on, but nobody is asked for anything more. */
  retire(): void;
  remotes(): ReadonlyMap<string, RemoteMedia>;
  /** Which tracks of the others have carried sound or shown a picture. */
  flowing(): Promise<Flowing>;
  /** Whether what is sent reaches the others, as far as this side can tell. */
  isConnected(): boolean;
  /** How loud each peer is, 0 to 1. */
  levels(): ReadonlyMap<string, number>;
  peerConnections(): ReadonlyMap<string, RTCPeerConnection>;
  close(): void;
}
