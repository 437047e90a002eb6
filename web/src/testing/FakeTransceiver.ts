/** The two ends of a media section of a `FakePeerConnection`. */

export class FakeSender {
  track: MediaStreamTrack | null = null;
  /** How many times `setParameters` was called. */
  changes = 0;
  #encodings: RTCRtpEncodingParameters[];

  constructor(encodings: readonly RTCRtpEncodingParameters[]) {
    this.#encodings = encodings.map((encoding) => ({ active: true, ...encoding }));
  }

  /** Whether each encoding is active, in their order. */
  get active(): (boolean | undefined)[] {
    return this.#encodings.map(({ active }) => active);
  }

  get rids(): (string | undefined)[] {
    return this.#encodings.map(({ rid }) => rid);
  }

  async replaceTrack(track: MediaStreamTrack | null): Promise<void> {
    this.track = track;
  }
  setStreams(): void {}
  getParameters() {
    return { encodings: this.#encodings.map((encoding) => ({ ...encoding })) };
  }
  async setParameters({ encodings }: { encodings: RTCRtpEncodingParameters[] }): Promise<void> {
    this.#encodings = encodings;
    this.changes += 1;
  }
}

export class FakeReceiver {
  readonly track = { muted: false };
  level = 0;
  #hasBrought = false;

  constructor(private readonly kind: string) {}

  /** A picture or sound has come. */
  bring(): void {
    this.#hasBrought = true;
  }

  getSynchronizationSources() {
    return [{ audioLevel: this.level }];
  }
  get stats() {
    const brought = this.#hasBrought ? 1 : 0;
    const report = { type: "inbound-rtp", kind: this.kind };
    return { ...report, framesDecoded: brought, packetsReceived: brought };
  }
}
