import { beforeEach, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import { session } from "../../../api/session";
import { inCall, peer } from "../../../testing/calls";
import { fakeRest, grant, json, type SentRequest } from "../../../testing/rest";
import { LocalMedia } from "../../media/LocalMedia";
import type { CallState } from "../CallSession";
import { entered } from "../model";
import { Quality, type Watched } from "./Quality";

const track = (id: string) => ({ id }) as MediaStreamTrack;
const VOICE = track("voice");
const FACE = track("face");

/** A connection whose counters a test moves on. */
class Wire {
  connectionState: RTCPeerConnectionState = "connected";
  seconds = 0;
  lost = 0;
  voice = 0;

  async getStats() {
    const timestamp = this.seconds * 1_000;
    return new Map<string, object>([
      [
        "voice",
        {
          type: "inbound-rtp",
          trackIdentifier: "voice",
          timestamp,
          bytesReceived: this.voice,
          packetsReceived: this.voice / 80,
        },
      ],
      [
        "face",
        {
          type: "inbound-rtp",
          trackIdentifier: "face",
          timestamp,
          bytesReceived: this.seconds * 50_000,
          packetsReceived: this.seconds * 50,
          packetsLost: this.lost,
          framesPerSecond: 25,
          frameHeight: 360,
        },
      ],
    ]);
  }
}

let wire: Wire;
let watched: Watched;
let quality: Quality;
let requests: SentRequest[];

/** Two seconds of the call, after which it is looked at. */
async function pass({ lost = 0, voice = 8_000 } = {}) {
  wire.seconds += 2;
  wire.lost += lost;
  wire.voice += voice;
  await quality.look();
}
const level = () => quality.store.getState().verdicts.get("bob")?.level;

beforeEach(() => {
  requests = fakeRest({ "POST /api/analytics/call-quality": () => json(null, 204) });
  session.begin(grant());
  wire = new Wire();
  const bob = { ...peer("bob"), audio: true, video: true };
  const state: CallState = {
    call: entered(inCall([bob, peer("me")], 1)),
    remotes: new Map([
      ["bob", { audio: VOICE, camera: FACE, screen: null, connection: "connected" }],
    ]),
    speaking: new Set(),
    ending: null,
  };
  watched = {
    store: createStore(() => state),
    media: new LocalMedia(),
    roomId: "r",
    peerConnections: () => new Map([["sub", wire as unknown as RTCPeerConnection]]),
  };
  quality = new Quality(watched);
});

it("marks a connection weak once it stays weak, and good once it stays good", async () => {
  for (let look = 0; look < 3; look++) await pass();
  expect(level()).toBe("good");

  await pass({ lost: 30 });
  expect(level()).toBe("good");
  await pass({ lost: 30 });
  expect(level()).toBe("weak");

  for (let look = 0; look < 4; look++) await pass();
  expect(level()).toBe("good");
});

it("says that nothing is heard of somebody who is not muted", async () => {
  await pass();
  for (let look = 0; look < 5; look++) await pass({ voice: 0 });
  expect([...quality.store.getState().unheard]).toEqual(["bob"]);

  await pass();
  expect(quality.store.getState().unheard.size).toBe(0);
});

it("says that the connection to the worker is being repaired", async () => {
  await pass();
  expect(quality.store.getState().isRepairing).toBe(false);

  wire.connectionState = "disconnected";
  await pass();
  expect(quality.store.getState().isRepairing).toBe(true);
});

it("draws nothing anew while nothing changes", async () => {
  await pass();
  await pass();
  const changed = vi.fn();
  quality.store.subscribe(changed);

  for (let look = 0; look < 4; look++) await pass();

  expect(changed).not.toHaveBeenCalled();
});

it("reports figures over ten seconds, two at a time", async () => {
  for (let look = 0; look < 20; look++) await pass();

  await vi.waitFor(() => expect(requests).toHaveLength(2));
  const [first, second] = requests.map(({ body }) => body);
  expect(second).toMatchObject({ roomId: "r", meetingId: "m" });
  expect(second.batchId).not.toBe(first.batchId);
  expect(second.samples).toHaveLength(4);
  expect(second.samples[1]).toMatchObject({
    leg: "sub",
    peerId: "bob",
    kind: "camera",
    direction: "in",
    bitrate: 400_000,
    loss: 0,
    fps: 25,
    height: 360,
  });
});

it("hands over what is left when the call ends", async () => {
  const stop = quality.start();
  for (let look = 0; look < 15; look++) await pass();
  await vi.waitFor(() => expect(requests).toHaveLength(1));

  stop();

  await vi.waitFor(() => expect(requests).toHaveLength(2));
  expect(requests[1]?.body.samples).toHaveLength(2);
});

it("goes on when a connection was closed while it was asked", async () => {
  await pass();
  vi.spyOn(wire, "getStats").mockRejectedValueOnce(new Error("closed"));
  await pass();
  for (let look = 0; look < 2; look++) await pass();

  expect(level()).toBe("good");
});
