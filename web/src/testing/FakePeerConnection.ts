/** A peer connection that goes nowhere, for tests of what decides to open and close them. */
import { vi } from "vitest";
import { FakeReceiver, FakeSender } from "./FakeTransceiver";

/** The least a description needs: which connection made it, its certificate, its sections. */
export function sdpOf(
  session: string,
  mids: readonly string[] = [],
  fingerprint = "sha-256 AB:01",
): string {
  const sections = mids.map((mid) => `m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:${mid}\r\n`);
  return `v=0\r\no=- ${session} 1 IN IP4 127.0.0.1\r\na=fingerprint:${fingerprint}\r\n${sections.join("")}`;
}

interface FakeTransceiver {
  mid: string | null;
  direction: string;
  readonly kind: string;
  readonly sender: FakeSender;
  readonly receiver: FakeReceiver;
  setCodecPreferences(): void;
}

export class FakePeerConnection {
  static made: FakePeerConnection[] = [];
  connectionState = "connected";
  signalingState = "stable";
  localDescription: object | null = null;
  remoteDescription: RTCSessionDescriptionInit | null = null;
  onnegotiationneeded: (() => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  ontrack: ((event: { transceiver: FakeTransceiver; track: object }) => void) | null = null;
  /** What was given to `addIceCandidate`. */
  readonly candidates: (string | undefined)[] = [];
  readonly transceivers: FakeTransceiver[] = [];
  /** How many offers were made to find a new way. */
  restarts = 0;
  /** How many times it was asked for statistics. */
  timesAsked = 0;
  isClosed = false;

  constructor(readonly configuration: RTCConfiguration = {}) {
    FakePeerConnection.made.push(this);
  }

  static install(): void {
    FakePeerConnection.made = [];
    vi.stubGlobal("RTCPeerConnection", FakePeerConnection);
    vi.stubGlobal("RTCRtpReceiver", { getCapabilities: () => null });
    vi.stubGlobal("MediaStream", class {});
  }

  /** The network does this to it. */
  become(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  /** The other side sends something in its section number `index`. */
  receive(index: number): void {
    const transceiver = this.transceivers[index];
    if (transceiver !== undefined)
      this.ontrack?.({ transceiver, track: transceiver.receiver.track });
  }

  addTransceiver(kind: string, init: RTCRtpTransceiverInit = {}): FakeTransceiver {
    const made: FakeTransceiver = {
      mid: null,
      direction: init.direction ?? "sendrecv",
      kind,
      sender: new FakeSender(init.sendEncodings ?? []),
      receiver: new FakeReceiver(kind),
      setCodecPreferences: () => {},
    };
    this.transceivers.push(made);
    return made;
  }
  getTransceivers(): FakeTransceiver[] {
    return this.transceivers;
  }
  setConfiguration(): void {}
  async createOffer({ iceRestart = false }: RTCOfferOptions = {}): Promise<object> {
    if (iceRestart) this.restarts += 1;
    return {};
  }
  async createAnswer(): Promise<object> {
    return {};
  }
  async setLocalDescription(): Promise<void> {
    this.#mustBeOpen();
    const type = this.signalingState === "have-remote-offer" ? "answer" : "offer";
    const description = { type, sdp: sdpOf(`own${FakePeerConnection.made.indexOf(this)}`) };
    this.localDescription = { ...description, toJSON: () => description };
    this.signalingState = type === "answer" ? "stable" : "have-local-offer";
  }
  async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    this.#mustBeOpen();
    this.remoteDescription = description;
    this.signalingState = description.type === "answer" ? "stable" : "have-remote-offer";
    if (description.type === "offer") this.#meet(description.sdp ?? "");
  }
  async addIceCandidate({ candidate }: RTCIceCandidateInit): Promise<void> {
    this.candidates.push(candidate);
  }
  async getStats(): Promise<Map<number, object>> {
    this.timesAsked += 1;
    const each = this.transceivers.map(({ mid, receiver }) => ({ mid, ...receiver.stats }));
    return new Map(each.entries());
  }
  restartIce(): void {}
  close(): void {
    this.isClosed = true;
  }

  /** Sections it has not seen yet get a transceiver. */
  #meet(sdp: string): void {
    for (const [, mid = ""] of sdp.matchAll(/^a=mid:(\S+)/gm)) {
      if (this.transceivers.some((known) => known.mid === mid)) continue;
      this.addTransceiver("video", { direction: "recvonly" }).mid = mid;
    }
  }

  #mustBeOpen(): void {
    if (this.isClosed) throw new Error("The connection is closed.");
  }
}
