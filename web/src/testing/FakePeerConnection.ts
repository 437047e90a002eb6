/** A peer connection that goes nowhere, for tests of what decides to open and close them. */
import { vi } from "vitest";

export class FakePeerConnection {
  static made: FakePeerConnection[] = [];
  connectionState = "connected";
  signalingState = "stable";
  localDescription = null;
  remoteDescription = null;
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
  restartIce(): void {}
  close(): void {
    this.isClosed = true;
  }
}
