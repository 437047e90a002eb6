/** One connection to a media worker, which notices when it needs a new way there. */
import { fingerprintOf } from "./sdp";
import type { Connection } from "./transport";

export interface WorkerLegOptions {
  readonly iceServers: RTCIceServer[];
  /** Negotiate an ICE restart (RFC 8445, section 9). */
  readonly restart: () => void;
  /** New ways did not help: the worker may not know this connection any more. */
  readonly onBroken: () => void;
  readonly onChange: () => void;
}

/** A Wi-Fi that stumbles is back by then. */
const DISCONNECTED_MS = 2_000;
/** Each one that does not help takes a browser about 15 s to give up. */
const MOST_RESTARTS = 2;

export class WorkerLeg {
  readonly pc: RTCPeerConnection;
  #wasConnected = false;
  #restarts = 0;
  /** Of the worker's end; another one is another connection. */
  #fingerprint: string | null = null;
  #impatience: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: WorkerLegOptions) {
    const { iceServers } = options;
    // One address and one handshake for all sections: the worker has one port for everything.
    this.pc = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    this.pc.onconnectionstatechange = () => this.#changed();
  }

  state(): Connection {
    if (this.pc.connectionState === "connected") return "connected";
    return this.#wasConnected ? "interrupted" : "connecting";
  }

  /**
   * Take what the worker says.
   *
   * Throws when it has forgotten this connection and speaks of a new one: not every browser can
   * begin DTLS anew on the same RTCPeerConnection.
   */
  async accept(description: RTCSessionDescriptionInit): Promise<void> {
    const fingerprint = fingerprintOf(description.sdp ?? "");
    this.#fingerprint ??= fingerprint;
    if (fingerprint !== this.#fingerprint) throw new Error("The worker began anew.");
    await this.pc.setRemoteDescription(description);
  }

  /** Signaling works again, perhaps through another network. */
  resume(iceServers: RTCIceServer[]): void {
    this.pc.setConfiguration({ iceServers, bundlePolicy: "max-bundle" });
    if (this.#isLost()) this.options.restart();
  }

  /** The network is another one; the old way may look alive for seconds. */
  networkChanged(): void {
    if (this.pc.connectionState !== "new") this.options.restart();
  }

  close(): void {
    clearTimeout(this.#impatience);
    this.pc.onconnectionstatechange = null;
    this.pc.close();
  }

  #isLost(): boolean {
    return this.pc.connectionState === "disconnected" || this.pc.connectionState === "failed";
  }

  #changed(): void {
    clearTimeout(this.#impatience);
    switch (this.pc.connectionState) {
      case "connected":
        this.#wasConnected = true;
        this.#restarts = 0;
        break;
      case "failed":
        this.#repair();
        break;
      case "disconnected":
        this.#impatience = setTimeout(() => this.#repair(), DISCONNECTED_MS);
        break;
    }
    this.options.onChange();
  }

  #repair(): void {
    this.#restarts += 1;
    if (this.#restarts <= MOST_RESTARTS) this.options.restart();
    else this.options.onBroken();
  }
}
