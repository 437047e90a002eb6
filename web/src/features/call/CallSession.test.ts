import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BOB, enterCall, inCall, ME, peer } from "../../testing/calls";
import { FakePeerConnection } from "../../testing/FakePeerConnection";
import type { FakeServer } from "../../testing/FakeServer";
import type { CallSession } from "./CallSession";
import { takePeer } from "./memory";

let server: FakeServer;
let session: CallSession;

const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
const peersShown = () => [...(session.store.getState().call?.peers.keys() ?? [])];
const open = () => FakePeerConnection.made.filter(({ isClosed }) => !isClosed);

function thisPeerLeft(reason: string, seq: number): void {
  server.latest.event({
    type: "participantLeft",
    roomId: "r",
    seq,
    data: { meetingId: "m", peerId: "me", userId: "u-me", reason },
  });
}

beforeEach(async () => {
  vi.useFakeTimers();
  ({ server, session } = await enterCall());
});

afterEach(() => session.leave());

describe("joining", () => {
  it("makes one connection to each of the others", () => {
    expect(peersShown()).toEqual(["bob", "me"]);
    expect(open()).toHaveLength(1);
  });

  it("is tried again while the server has trouble", async () => {
    server.answers.joinRoom = { status: 503, code: "unavailable", detail: "Soon." };
    server.latest.close(1006);
    await settle(5_000);
    expect(session.store.getState().ending).toBeNull();

    server.answers.joinRoom = inCall([ME], 9);
    await settle(30_000);

    expect(peersShown()).toEqual(["me"]);
  });

  it("that is refused ends with the server's words", async () => {
    server.answers.joinRoom = { status: 403, code: "not-a-participant", detail: "Ask first." };
    server.latest.close(1006);
    await settle(5_000);

    expect(session.store.getState().ending).toEqual({ reason: "refused", message: "Ask first." });
  });
});

describe("a tab that was cut off while another one took the call over", () => {
  it("says so and takes nothing back", async () => {
    server.answers.joinRoom = { status: 409, code: "goes-on-elsewhere", detail: "Elsewhere." };
    server.latest.close(1006);
    await settle(5_000);

    expect(session.store.getState().ending).toEqual({ reason: "moved" });
    expect(server.heard("leaveRoom")).toHaveLength(0);
  });
});

describe("a lost socket", () => {
  it("comes back as the same peer and keeps the connections of those still there", async () => {
    const [toBob] = open();
    server.answers.joinRoom = inCall([BOB, ME, peer("cid")], 6);
    server.latest.close(1006);
    await settle(5_000);

    expect(server.heard("joinRoom").at(-1)?.data.peerId).toBe("me");
    expect(toBob?.isClosed).toBe(false);
    expect(open()).toHaveLength(2);
  });

  it("closes the connections of those who left meanwhile", async () => {
    server.answers.joinRoom = inCall([ME], 6);
    server.latest.close(1006);
    await settle(5_000);

    expect(open()).toHaveLength(0);
  });
});

describe("events", () => {
  it("after a gap are not guessed: the call is asked for again", async () => {
    server.answers.joinRoom = inCall([ME, peer("cid")], 8);
    server.latest.event({
      type: "participantJoined",
      roomId: "r",
      seq: 8,
      data: { meetingId: "m", peer: peer("cid") },
    });
    await settle();

    expect(server.heard("joinRoom")).toHaveLength(2);
    expect(peersShown()).toEqual(["me", "cid"]);
    expect(open()).toHaveLength(1);
  });

  it("of other rooms are not ours", async () => {
    server.latest.event({
      type: "roomClosed",
      roomId: "x",
      data: { reason: "", durationSeconds: 1 },
    });

    expect(session.store.getState().ending).toBeNull();
  });

  it.each([
    ["replaced", "moved"],
    ["removed", "removed"],
    ["room-closed", "closed"],
    ["left", "left"],
    ["a reason of next year", "left"],
  ])("that this peer was %s end the call as %s", (reason, ending) => {
    thisPeerLeft(reason, 5);

    expect(session.store.getState().ending).toEqual({ reason: ending });
  });

  it("that this peer was replaced end the call after a gap too, and take nothing back", async () => {
    thisPeerLeft("replaced", 9);
    server.latest.event({ type: "resync", data: {} });
    await settle(60_000);

    expect(session.store.getState().ending).toEqual({ reason: "moved" });
    expect(server.heard("joinRoom")).toHaveLength(1);
    expect(server.heard("leaveRoom")).toHaveLength(0);
  });

  it("that this peer was lost make it join again", async () => {
    thisPeerLeft("lost", 5);
    await settle();

    expect(session.store.getState().ending).toBeNull();
    expect(server.heard("joinRoom")).toHaveLength(2);
  });
});

describe("a server that was cut off", () => {
  it("is asked for the call again, as the same peer and from the newest message on", async () => {
    server.answers.joinRoom = inCall([ME, peer("cid")], 9);
    server.latest.event({ type: "resync", data: {} });
    await settle(2_000);

    expect(server.connections).toHaveLength(1);
    expect(server.heard("joinRoom").at(-1)?.data).toMatchObject({ roomId: "r", peerId: "me" });
    expect(peersShown()).toEqual(["me", "cid"]);
  });

  it("is asked once more when an answer was on its way already", async () => {
    server.answers.joinRoom = "silence";
    server.latest.event({ type: "resync", data: {} });
    await settle(2_000);
    server.latest.event({ type: "resync", data: {} });
    await settle(2_000);
    server.answers.joinRoom = inCall([ME], 9);
    await settle(60_000);

    expect(server.heard("joinRoom").length).toBeGreaterThanOrEqual(3);
    expect(peersShown()).toEqual(["me"]);
  });

  it("of another room's events is not asked for this one", async () => {
    server.latest.event({ type: "resync", roomId: "x", data: {} });
    await settle(2_000);

    expect(server.heard("joinRoom")).toHaveLength(1);
  });
});

describe("a reload", () => {
  it("finds the peer this tab was, once", () => {
    dispatchEvent(new Event("pagehide"));

    expect(takePeer("r")).toBe("me");
    expect(takePeer("r")).toBeNull();
  });

  it("is the only time: a copy of this tab is told nothing", () => {
    expect({ ...sessionStorage }).toEqual({});
  });

  it("of a page that came back by itself finds nothing", () => {
    dispatchEvent(new Event("pagehide"));
    dispatchEvent(new Event("pageshow"));

    expect(takePeer("r")).toBeNull();
  });

  it("into another room is not a return", () => {
    dispatchEvent(new Event("pagehide"));

    expect(takePeer("other")).toBeNull();
    expect(takePeer("r")).toBeNull();
  });

  it("after the call finds nothing", () => {
    session.leave();
    dispatchEvent(new Event("pagehide"));

    expect(takePeer("r")).toBeNull();
  });
});

it("ends for everybody when the room is closed, and lets go of everything", () => {
  server.latest.event({
    type: "roomClosed",
    roomId: "r",
    data: { reason: "", durationSeconds: 1 },
  });

  expect(session.store.getState().ending).toEqual({ reason: "closed" });
  expect(open()).toHaveLength(0);
});

it("says goodbye when leaving", async () => {
  session.leave();
  await settle();

  expect(server.heard("leaveRoom")).toHaveLength(1);
  expect(session.store.getState().ending).toEqual({ reason: "left" });
});

it("reads the chat by itself when joinRoom could not bring it", async () => {
  const { chat: _, chatSeq: __, ...withoutChat } = inCall([ME], 9);
  server.answers.joinRoom = withoutChat;
  server.answers.followRoom = { chat: [], chatSeq: 0 };
  server.latest.close(1006);
  await settle(5_000);

  expect(server.heard("followRoom")).toHaveLength(1);
  expect(session.chat.store.getState().isLoaded).toBe(true);
});

it("tells what it sends once more after a refusal, however many times that was refused", async () => {
  server.answers.mediaState = { status: 429, code: "too-many", detail: "Slowly." };
  for (const isMicrophoneOn of [true, false, true]) {
    session.media.store.setState({ isMicrophoneOn });
    await settle(10);
  }
  const before = server.heard("mediaState").length;

  await settle(2_100);

  expect(server.heard("mediaState").length).toBe(before + 1);
  expect(server.heard("mediaState").at(-1)?.data.audio).toBe(true);
});
