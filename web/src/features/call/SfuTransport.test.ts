import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Socket } from "../../realtime/socket";
import { peer } from "../../testing/calls";
import { FakePeerConnection } from "../../testing/FakePeerConnection";
import type { FakeServer } from "../../testing/FakeServer";
import type { FakeSender } from "../../testing/FakeTransceiver";
import { FakeWorker } from "../../testing/FakeWorker";
import { connect } from "../../testing/sockets";
import { SfuTransport } from "./SfuTransport";
import { workerLine } from "./workerLine";

const BOB = { ...peer("bob"), audio: true, video: true };
const CID = { ...peer("cid"), audio: true, video: true };
const NOTHING = { audio: null, camera: null, screen: null };

let server: FakeServer;
let worker: FakeWorker;
let socket: Socket;
let transport: SfuTransport;
let gone: number;
let broken: number;

const settle = (ms = 100) => vi.advanceTimersByTimeAsync(ms);
const pub = () => FakePeerConnection.made[1] as FakePeerConnection;
const sub = () => FakePeerConnection.made[0] as FakePeerConnection;
const asked = () => server.heard("subscribe").map(({ data }) => data);
/** What went to the worker, in order. */
const said = () =>
  server.latest.sent
    .filter(({ type }) => type === "signal" || type === "subscribe")
    .map(({ type, data }) => (type === "signal" ? data.leg : type));
const receiverOf = (peerId: string, kind: string) =>
  sub().transceivers.find(({ mid }) => mid === worker.midOf(peerId, kind))?.receiver;

/** Makes the transport while it is alone in the call. */
function open(): void {
  transport = new SfuTransport({
    iceServers: [{ urls: "turn:here" }],
    tracks: NOTHING,
    heights: null,
    line: workerLine(socket, "r"),
    onChange: () => {},
    onGone: () => void gone++,
    onBroken: () => void broken++,
  });
}

/** With Bob, and everything is negotiated. */
async function openWithBob(): Promise<void> {
  open();
  transport.follow([BOB]);
  await settle();
}

beforeEach(async () => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  FakePeerConnection.install();
  ({ server, socket } = await connect());
  worker = new FakeWorker(server);
  [gone, broken] = [0, 0];
});

afterEach(() => {
  transport.close();
  socket.stop();
});

describe("in the beginning", () => {
  beforeEach(() => open());

  it("what is sent is offered before anything is asked for, and the answer comes last", async () => {
    transport.follow([BOB]);
    await settle();

    expect(said()).toEqual(["pub", "subscribe", "sub"]);
  });

  it("both legs know the way through a relay and use one address each", () => {
    for (const { configuration } of [pub(), sub()]) {
      expect(configuration).toEqual({
        iceServers: [{ urls: "turn:here" }],
        bundlePolicy: "max-bundle",
      });
    }
  });

  it("there is one section for each kind, sent only, and three layers of the camera", () => {
    const sent = pub().transceivers.map(({ kind, direction, sender }) => {
      return { kind, direction, layers: sender.rids };
    });

    expect(sent).toEqual([
      { kind: "audio", direction: "sendonly", layers: [undefined] },
      { kind: "video", direction: "sendonly", layers: ["l", "m", "h"] },
      { kind: "video", direction: "sendonly", layers: [undefined] },
    ]);
  });

  it("nothing is asked for while nobody else is there", async () => {
    await settle();

    expect(said()).toEqual(["pub"]);
  });
});

describe("what is wanted", () => {
  beforeEach(() => openWithBob());

  it("are the sound and camera of everybody, and screens that are shared", async () => {
    transport.follow([BOB, { ...CID, screen: true }]);
    await settle();

    expect(asked().at(-1).tracks).toEqual([
      { peerId: "bob", kind: "audio" },
      { peerId: "bob", kind: "camera" },
      { peerId: "cid", kind: "audio" },
      { peerId: "cid", kind: "camera" },
      { peerId: "cid", kind: "screen" },
    ]);
  });

  it("is said once when a layout has settled", async () => {
    for (const camera of [100, 200, 300]) {
      transport.show(new Map([["bob", { camera, screen: 0 }]]));
      await settle(10);
    }
    await settle();

    expect(asked()).toHaveLength(2);
    expect(asked().at(-1).tracks).toContainEqual({ peerId: "bob", kind: "camera", height: 360 });
  });

  it("needs no negotiation to be hidden", async () => {
    transport.show(new Map());
    await settle();

    expect(asked().at(-1).tracks).toContainEqual({ peerId: "bob", kind: "camera", height: 0 });
    expect(said()).toEqual(["pub", "subscribe", "sub", "subscribe"]);
  });

  it("is said one at a time, and the newest wins", async () => {
    server.answers.subscribe = "silence";
    transport.follow([BOB, CID]);
    await settle();
    transport.follow([CID]);
    await settle();
    transport.follow([]);
    await settle();
    expect(asked()).toHaveLength(2);

    worker.back();
    await settle(12_000);

    expect(asked()).toHaveLength(3);
    expect(asked().at(-1).tracks).toEqual([]);
  });

  it("is asked for again where the worker did not know the peer yet", async () => {
    worker.unknown.add("cid");
    transport.follow([BOB, CID]);
    await settle();
    expect(transport.remotes().get("cid")?.audio).toBeNull();

    worker.unknown.clear();
    await settle(2_000);

    expect(transport.remotes().get("cid")?.audio).not.toBeNull();
  });

  it("shows the next peer in a section that became free", async () => {
    const bobs = transport.remotes().get("bob")?.camera;
    transport.follow([CID]);
    await settle();

    expect(transport.remotes().get("cid")?.camera).toBe(bobs);
    expect(transport.remotes().has("bob")).toBe(false);
  });
});

describe("a lost answer", () => {
  it("to what is sent makes the same offer go again", async () => {
    server.answers.signal = "silence";
    open();
    await settle();
    worker.back();
    await settle(12_000);

    const offers = server.heard("signal").map(({ data }) => data.description);
    expect(offers).toHaveLength(2);
    expect(offers[1]).toEqual(offers[0]);
  });

  it("to what is wanted makes it be asked for again", async () => {
    open();
    server.answers.subscribe = "silence";
    transport.follow([BOB]);
    await settle();
    worker.back();
    await settle(12_000);

    expect(said()).toEqual(["pub", "subscribe", "subscribe", "sub"]);
  });

  it("of ours is given again before anything else is asked for", async () => {
    open();
    await settle();
    server.answers.signal = "silence";
    transport.follow([BOB]);
    await settle();
    transport.follow([BOB, CID]);
    await settle();
    worker.back();
    await settle(12_000);

    expect(said()).toEqual(["pub", "subscribe", "sub", "sub", "subscribe", "sub"]);
  });

  it("of ours to an offer that is out of date is not given again", async () => {
    open();
    await settle();
    server.answers.signal = { status: 409, code: "not-offered", detail: "That was before." };
    transport.follow([BOB]);
    await settle();
    worker.back();
    await settle(1_000);

    expect(said()).toEqual(["pub", "subscribe", "sub", "subscribe"]);
    expect([gone, broken]).toEqual([0, 0]);
  });
});

describe("a way that is lost", () => {
  beforeEach(() => openWithBob());

  it("is looked for anew: the one leg offers it, the other asks for it", async () => {
    pub().become("failed");
    sub().become("failed");
    await settle();

    expect(pub().restarts).toBe(1);
    expect(asked().at(-1).restart).toBe(true);
  });

  it("may come back by itself within two seconds", async () => {
    pub().become("disconnected");
    await settle(1_900);
    pub().become("connected");
    await settle(10_000);
    expect(pub().restarts).toBe(0);

    pub().become("disconnected");
    await settle(2_100);
    expect(pub().restarts).toBe(1);
  });

  it("is not waited for when the network is another one", async () => {
    dispatchEvent(new Event("online"));
    await settle();

    expect(pub().restarts).toBe(1);
    expect(asked().at(-1).restart).toBe(true);
  });

  it("is given up when no new one helps", async () => {
    for (let time = 0; time < 3; time++) {
      expect(broken).toBe(0);
      sub().become("failed");
      await settle();
    }

    expect(broken).toBe(1);
  });

  it("counts from the start once it was found", async () => {
    for (let time = 0; time < 5; time++) {
      sub().become("failed");
      sub().become("connected");
      await settle();
    }

    expect(broken).toBe(0);
    expect(transport.remotes().get("bob")?.connection).toBe("connected");
  });
});

it("asks again when signaling works again, and for a new way where the old one is lost", async () => {
  await openWithBob();
  pub().connectionState = "disconnected";
  transport.resume([]);
  await settle();

  expect(asked()).toHaveLength(2);
  expect(asked().at(-1).restart).toBeUndefined();
  expect(pub().restarts).toBe(1);
});

describe("a refusal", () => {
  it("for a while is tried again", async () => {
    worker.refuse(503, "worker-away");
    open();
    transport.follow([BOB]);
    await settle();
    worker.back();
    await settle(1_000);

    expect(said()).toEqual(["pub", "pub", "subscribe", "sub"]);
    expect([gone, broken]).toEqual([0, 0]);
  });

  it("because the call takes another way asks for the call, not in a hurry", async () => {
    worker.refuse(409, "not-forwarded");
    open();
    await settle(60_000);

    expect(gone).toBeGreaterThan(2);
    expect(gone).toBeLessThan(12);
    expect(broken).toBe(0);
  });

  it("of what was described is beyond repair", async () => {
    worker.refuse(422, "bad-description");
    open();
    await settle(60_000);

    expect([gone, broken]).toEqual([0, 1]);
    expect(said()).toEqual(["pub"]);
  });
});

describe("what is sent", () => {
  const camera = () => pub().transceivers[1]?.sender as FakeSender;
  const track = () => ({ getSettings: () => ({ height: 720 }) }) as MediaStreamTrack;

  beforeEach(async () => {
    open();
    transport.publish({ ...NOTHING, camera: track() });
    await settle();
  });

  it("starts and stops without negotiation", async () => {
    transport.publish(NOTHING);
    await settle();

    expect(camera().track).toBeNull();
    expect(said()).toEqual(["pub"]);
  });

  it("is sent in full until somebody says how it is watched", () => {
    expect(camera().active).toEqual([true, true, true]);
    expect(camera().changes).toBe(0);
  });

  it("rests as far as nobody watches it, and goes on when somebody does", async () => {
    transport.watched("camera", 200);
    await settle();
    expect(camera().active).toEqual([true, true, false]);

    transport.watched("camera", 0);
    await settle();
    expect(camera().active).toEqual([false, false, false]);

    transport.watched("camera", 720);
    await settle();
    expect(camera().active).toEqual([true, true, true]);
  });

  it("is told every few seconds that it rests, which changes nothing", async () => {
    for (let time = 0; time < 3; time++) transport.watched("camera", 0);
    await settle();

    expect(camera().changes).toBe(1);
  });

  it("begins in full after a pause, however the last one was watched", async () => {
    transport.watched("camera", 0);
    transport.publish(NOTHING);
    transport.publish({ ...NOTHING, camera: track() });
    await settle();

    expect(camera().active).toEqual([true, true, true]);
  });
});

it("is beyond repair when the worker has forgotten it and begins anew", async () => {
  await openWithBob();
  worker.fingerprint = "sha-256 CD:02";
  sub().become("failed");
  await settle(1_000);

  expect(broken).toBe(1);
});

it("asks for nothing more when another one takes over, but goes on sending", async () => {
  await openWithBob();
  const before = said();
  transport.retire();
  transport.follow([BOB, CID]);
  sub().become("failed");
  dispatchEvent(new Event("online"));
  const microphone = {} as MediaStreamTrack;
  transport.publish({ ...NOTHING, audio: { ...microphone, getSettings: () => ({}) } });
  await settle(60_000);

  expect(said()).toEqual(before);
  expect(pub().transceivers[0]?.sender.track).not.toBeNull();
});

it("knows what has come, and how loud it is", async () => {
  await openWithBob();
  expect(await transport.flowing()).toEqual(new Map([["bob", new Set()]]));

  receiverOf("bob", "camera")?.bring();
  const sound = receiverOf("bob", "audio");
  if (sound !== undefined) sound.level = 0.5;

  expect(await transport.flowing()).toEqual(new Map([["bob", new Set(["camera"])]]));
  expect(transport.levels()).toEqual(new Map([["bob", 0.5]]));
});
