/** Keeps the transport of one call in step with who is in it. */
import type { Signal } from "../../protocol/frames";
import { MeshTransport } from "./MeshTransport";
import { type CallView, others } from "./model";
import type { Heights, LocalTracks, RemoteMedia } from "./transport";

export interface CallMediaOptions {
  readonly send: (to: string, signal: Signal) => Promise<unknown>;
  /** Hears each change of `remotes`. */
  readonly onChange: (remotes: ReadonlyMap<string, RemoteMedia>) => void;
}

export class CallMedia {
  #transport: MeshTransport | null = null;
  #ownPeerId: string | null = null;

  constructor(private readonly options: CallMediaOptions) {}

  /** The call as it was just told; connections of peers that are still there go on. */
  enter(call: CallView, iceServers: RTCIceServer[], tracks: LocalTracks): void {
    if (this.#transport === null || this.#ownPeerId !== call.ownPeerId) {
      this.#transport?.close();
      this.#transport = new MeshTransport({
        ownPeerId: call.ownPeerId,
        iceServers,
        tracks,
        send: this.options.send,
        onChange: () => this.options.onChange(this.#transport?.remotes() ?? new Map()),
      });
    } else this.#transport.resume(iceServers);
    this.#ownPeerId = call.ownPeerId;
    this.#transport.follow(others(call), { initiates: true });
  }

  /** Newcomers know everybody from their answer and make the first offer. */
  follow(call: CallView): void {
    this.#transport?.follow(others(call), { initiates: false });
  }

  receive(from: string, signal: Signal): void {
    this.#transport?.receive(from, signal);
  }

  publish(tracks: LocalTracks): void {
    this.#transport?.publish(tracks);
  }

  show(_heights: Heights): void {
    this.#transport?.show();
  }

  levels(): ReadonlyMap<string, number> {
    return this.#transport?.levels() ?? new Map();
  }

  peerConnections(): ReadonlyMap<string, RTCPeerConnection> {
    return this.#transport?.peerConnections() ?? new Map();
  }

  close(): void {
    this.#transport?.close();
  }
}
