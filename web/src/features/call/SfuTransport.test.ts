import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  asked,
  BOB,
  broken,
  CID,
  close,
  gone,
  open,
  openWithBob,
  prepare,
  pub,
  said,
  server,
  settle,
  sub,
  transport,
  worker,
} from "../../testing/sfu";

beforeEach(prepare);
afterEach(close);

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
