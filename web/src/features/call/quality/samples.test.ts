import { describe, expect, it } from "vitest";
import { availableOf, type Owners, type Reading, readingsOf, sampleOf } from "./samples";

const owners: Owners = {
  remote: new Map([
    ["t-voice", { peerId: "bob", kind: "audio" }],
    ["t-face", { peerId: "bob", kind: "camera" }],
  ]),
  own: new Map([["t-own", "camera"]]),
};

const report = (...stats: object[]) =>
  new Map(stats.map((each, index) => [(each as { id?: string }).id ?? `${index}`, each]));

const PATH = {
  type: "candidate-pair",
  nominated: true,
  state: "succeeded",
  timestamp: 1000,
  currentRoundTripTime: 0.08,
  availableOutgoingBitrate: 900_000,
};

function camera(timestamp: number, counters: object) {
  const stats = { type: "inbound-rtp", trackIdentifier: "t-face", timestamp, ...counters };
  return readingsOf("sub", report(PATH, stats), owners)[0] as Reading;
}

describe("readings", () => {
  it("belong to whose track it is, and have the round trip of the path", () => {
    const [reading] = readingsOf(
      "bob",
      report(PATH, {
        type: "inbound-rtp",
        trackIdentifier: "t-voice",
        timestamp: 1000,
        jitter: 0.02,
      }),
      owners,
    );

    expect(reading).toMatchObject({
      leg: "mesh",
      peerId: "bob",
      kind: "audio",
      direction: "in",
      rtt: 0.08,
      jitter: 0.02,
    });
  });

  it("know a connection from which another one takes over by the name it had", () => {
    const source = { id: "source", type: "media-source", trackIdentifier: "t-own", timestamp: 1 };
    const out = { type: "outbound-rtp", mediaSourceId: "source", timestamp: 1000 };
    const of = (name: string) => readingsOf(name, report(source, out), owners)[0];

    expect(of("before pub")).toMatchObject({ leg: "pub", peerId: null });
    expect(of("before bob")).toMatchObject({ leg: "mesh", peerId: "bob" });
  });

  it("leave out what carries nobody's track", () => {
    const stats = { type: "inbound-rtp", trackIdentifier: "t-strange", timestamp: 1000 };

    expect(readingsOf("sub", report(stats, { type: "codec", timestamp: 1 }), owners)).toEqual([]);
  });

  it("take the layers of a camera together", () => {
    const layer = (id: string, bytesSent: number, frameHeight: number) => ({
      id,
      type: "outbound-rtp",
      mediaSourceId: "source",
      remoteId: `told-${id}`,
      timestamp: 1000,
      bytesSent,
      packetsSent: 10,
      frameHeight,
    });
    const told = (id: string, packetsLost: number, roundTripTime: number) => ({
      id: `told-${id}`,
      type: "remote-inbound-rtp",
      timestamp: 1000,
      packetsLost,
      roundTripTime,
    });
    const source = {
      id: "source",
      type: "media-source",
      trackIdentifier: "t-own",
      timestamp: 1000,
    };

    const readings = readingsOf(
      "pub",
      report(
        source,
        layer("l", 100, 180),
        layer("h", 900, 720),
        told("l", 1, 0.1),
        told("h", 2, 0.3),
      ),
      owners,
    );

    expect(readings).toHaveLength(1);
    expect(readings[0]).toMatchObject({
      leg: "pub",
      peerId: null,
      kind: "camera",
      direction: "out",
      bytes: 1000,
      packets: 20,
      lost: 3,
      rtt: 0.3,
      height: 720,
    });
  });

  it("tell how much fits on the way out", () => {
    expect(availableOf(report(PATH))).toBe(900_000);
    expect(availableOf(report({ ...PATH, nominated: false }))).toBeNull();
  });
});

describe("a sample", () => {
  it("is what happened between two readings", () => {
    const before = camera(1_000, { bytesReceived: 1_000, packetsReceived: 100, packetsLost: 5 });
    const now = camera(3_000, {
      bytesReceived: 251_000,
      packetsReceived: 280,
      packetsLost: 25,
      framesPerSecond: 24,
      frameHeight: 360,
      freezeCount: 1,
    });

    expect(sampleOf(before, now)).toEqual({
      leg: "sub",
      peerId: "bob",
      kind: "camera",
      direction: "in",
      bitrate: 1_000_000,
      loss: 0.1,
      jitter: 0,
      rtt: 0.08,
      fps: 24,
      height: 360,
      freezes: 1,
      concealed: 0,
    });
  });

  it("starts again when the connection was made anew", () => {
    const before = camera(1_000, { bytesReceived: 9_000_000, packetsReceived: 9_000 });
    const now = camera(2_000, { bytesReceived: 1_000, packetsReceived: 10 });

    expect(sampleOf(before, now)).toMatchObject({ bitrate: 8_000, loss: 0 });
  });

  it("is none when no time has passed", () => {
    const reading = camera(1_000, {});

    expect(sampleOf(reading, reading)).toBeNull();
  });

  it("is never less than nothing lost, though a browser may count so", () => {
    const now = camera(2_000, { packetsReceived: 10, packetsLost: -3 });

    expect(sampleOf(camera(1_000, {}), now)?.loss).toBe(0);
  });
});
