import { beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer } from "../testing/FakeServer";
import { signedInSocket, startedSocket } from "../testing/sockets";
import type { Socket } from "./socket";

const HOUR_MS = 3_600_000;
let server: FakeServer;
let fresh: boolean[];
let tokenLifeMs: number;

function open(): Socket {
  return startedSocket({
    credentials: async (need) => {
      fresh.push(need.fresh);
      return { token: `t${fresh.length}`, expiresAt: Date.now() + tokenLifeMs };
    },
  });
}

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  fresh = [];
  tokenLifeMs = HOUR_MS;
  server = new FakeServer().install();
});

describe("opening", () => {
  it("speaks the subprotocol and sends the token in a frame, not in the address", async () => {
    const socket = open();
    await settle();

    expect(server.latest.url).toBe("ws://here/ws");
    expect(server.latest.protocol).toBe("convo.v1");
    expect(server.latest.sent[0]).toMatchObject({ type: "connect", data: { token: "t1" } });
    expect(socket.state()).toBe("open");
  });

  it("asks for a fresh token after its own was refused", async () => {
    server.answers.connect = { status: 401, code: "authentication-required", detail: "no" };
    open();
    await vi.advanceTimersByTimeAsync(1_000);

    expect(fresh.slice(0, 2)).toEqual([false, true]);
  });

  it("ends when the session is over", async () => {
    const socket = signedInSocket({ credentials: async () => null });
    socket.start();
    await settle();

    expect(socket.state()).toBe("closed");
    expect(server.connections).toHaveLength(0);
  });
});

describe("answers", () => {
  it("go to the command they belong to, in whatever order", async () => {
    const socket = open();
    await settle();
    server.answers.followRoom = ({ roomId }) => ({ chat: [], chatSeq: roomId === "a" ? 1 : 2 });

    const [second, first] = await Promise.all([
      socket.send("followRoom", { roomId: "b" }),
      socket.send("followRoom", { roomId: "a" }),
    ]);

    expect([first.chatSeq, second.chatSeq]).toEqual([1, 2]);
  });

  it("that are problems reject with their code", async () => {
    const socket = open();
    await settle();
    server.answers.joinRoom = { status: 403, code: "not-a-participant", detail: "Ask first." };

    const joined = socket.send("joinRoom", { roomId: "r", audio: true, video: true });

    await expect(joined).rejects.toMatchObject({
      code: "not-a-participant",
      message: "Ask first.",
    });
  });

  it("that never come reject after ten seconds", async () => {
    const socket = open();
    await settle();
    server.answers.typing = "silence";

    const refused = expect(socket.send("typing", { roomId: "r" })).rejects.toMatchObject({
      code: "no-answer",
    });
    await vi.advanceTimersByTimeAsync(10_000);

    await refused;
  });
});

describe("a page that is seen again", () => {
  const look = (visibility: DocumentVisibilityState) => {
    vi.spyOn(document, "visibilityState", "get").mockReturnValue(visibility);
    document.dispatchEvent(new Event("visibilitychange"));
  };

  it("does not wait for its turn to come back", async () => {
    const socket = open();
    await settle();
    server.isUp = false;
    server.latest.close(1006);
    await vi.advanceTimersByTimeAsync(60_000);
    server.isUp = true;

    look("hidden");
    await settle();
    expect(socket.state()).toBe("reconnecting");
    look("visible");
    await settle();
    expect(socket.state()).toBe("open");
  });

  it("finds out soon that its connection died meanwhile", async () => {
    const socket = open();
    await settle();
    server.answers.ping = "silence";
    look("visible");
    await vi.advanceTimersByTimeAsync(4_000);

    expect(socket.state()).toBe("reconnecting");
  });

  it("keeps a connection that answers, and opens no second one", async () => {
    open();
    await settle();
    look("visible");
    look("visible");
    await vi.advanceTimersByTimeAsync(10_000);

    expect(server.connections).toHaveLength(1);
  });
});

describe("staying connected", () => {
  it("pings in the rhythm the server asked for", async () => {
    open();
    await settle();
    await vi.advanceTimersByTimeAsync(45_000);

    expect(server.heard("ping")).toHaveLength(3);
  });

  it("shows a new token on the open socket before the old one ends", async () => {
    tokenLifeMs = 5 * 60_000;
    const socket = open();
    await settle();
    await vi.advanceTimersByTimeAsync(4 * 60_000);

    expect(server.connections).toHaveLength(1);
    expect(server.heard("connect").map(({ data }) => data.token)).toEqual(["t1", "t2"]);
    expect(socket.state()).toBe("open");
  });
});

it("gives events to those who asked for them, until they stop", async () => {
  const socket = open();
  await settle();
  const heard: string[] = [];
  const stop = socket.on("typing", ({ data }) => heard.push(data.userId));

  server.latest.event({ type: "typing", roomId: "r", data: { userId: "bob", displayName: "Bob" } });
  stop();
  server.latest.event({ type: "typing", roomId: "r", data: { userId: "eve", displayName: "Eve" } });

  expect(heard).toEqual(["bob"]);
});
