/** A peer connection that goes nowhere, for tests of what decides to open and close them. */
import { vi } from "vitest";

/** The least a description needs: which connection made it. */
export function sdpOf(session: string): string {
  return `v=0\r\no=- ${session} 1 IN IP4 127.0.0.1\r\n`;
}

export class FakePeerConnection {
  static made: FakePeerConnection[] = [];
  connectionState = "connected";
  signalingState = "stable";
  localDescription: object | null = null;
  remoteDescription: RTCSessionDescriptionInit | null = null;
  onnegotiationneeded: (() => void) | null = null;
  /** What was given to `addIceCandidate`. */
  readonly candidates: (string | undefined)[] = [];
  isClosed = false;

  constructor() {
    FakePeerConnection.made.push(this);
  }

  static install(): void {
    FakePeerConnection.made = [];
    vi.stubGlobal("RTCPeerConnection", FakePeerConnection);
    vi.stubGlobal("MediaStream", class {});
  }

  addTransceiver(): void {}
  getTransceivers(): never[] {
    return [];
  }
  setConfiguration(): void {}
  async setLocalDescription(): Promise<void> {
    const type = this.signalingState === "have-remote-offer" ? "answer" : "offer";
    const description = { type, sdp: sdpOf(`own${FakePeerConnection.made.indexOf(this)}`) };
    this.localDescription = { ...description, toJSON: () => description };
    this.signalingState = type === "answer" ? "stable" : "have-local-offer";
  }
  async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    this.remoteDescription = description;
    this.signalingState = description.type === "answer" ? "stable" : "have-remote-offer";
  }
  async addIceCandidate({ candidate }: RTCIceCandidateInit): Promise<void> {
    this.candidates.push(candidate);
  }
  restartIce(): void {}
  close(): void {
    this.isClosed = true;
  }
}
