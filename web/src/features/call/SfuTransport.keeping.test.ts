import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeSender } from "../../testing/FakeTransceiver";
import {
  asked,
  BOB,
  broken,
  CID,
  close,
  gone,
  NOTHING,
  open,
  openWithBob,
  prepare,
  pub,
  receiverOf,
  said,
  settle,
  sub,
  transport,
  worker,
} from "../../testing/sfu";

beforeEach(prepare);
afterEach(close);

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

it("asks for statistics once, however many are in the call", async () => {
  await openWithBob();
  transport.follow([BOB, CID]);
  await settle();

  await transport.flowing();

  expect(sub().timesAsked).toBe(1);
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
