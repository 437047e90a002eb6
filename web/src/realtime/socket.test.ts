import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer } from "../testing/FakeServer";
import { Socket } from "./socket";

const HOUR_MS = 3_600_000;
let server: FakeServer;
let fresh: boolean[];
let tokenLifeMs: number;
let opened: Socket[];

function open(): Socket {
  const socket = new Socket({
    url: "ws://here/ws",
    credentials: async (need) => {
      fresh.push(need.fresh);
      return { token: `t${fresh.length}`, expiresAt: Date.now() + tokenLifeMs };
    },
    random: () => 0.5,
  });
  socket.start();
  opened.push(socket);
  return socket;
}

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  fresh = [];
  tokenLifeMs = HOUR_MS;
  server = new FakeServer().install();
  opened = [];
});

afterEach(() => {
  for (const socket of opened) socket.stop();
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
    const socket = new Socket({ url: "ws://here/ws", credentials: async () => null });
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

describe("losing the connection", () => {
  it("rejects what was under way and keeps nothing for later", async () => {
    const socket = open();
    await settle();
    server.answers.chatMessage = "silence";
    const message = { roomId: "r", message: "hi", clientId: "c" };

    const lost = expect(socket.send("chatMessage", message)).rejects.toMatchObject({
      code: "connection-lost",
    });
    server.latest.close(1006);
    await lost;
    await expect(socket.send("chatMessage", message)).rejects.toMatchObject({
      code: "not-connected",
    });
    await vi.advanceTimersByTimeAsync(60_000);

    expect(socket.state()).toBe("open");
    expect(server.heard("chatMessage")).toHaveLength(1);
  });

  it("comes back by itself, each time later while the server is down", async () => {
    const socket = open();
    await settle();
    server.isUp = false;
    server.latest.close(1006);
    expect(socket.state()).toBe("reconnecting");

    await vi.advanceTimersByTimeAsync(2_000);
    const soon = server.connections.length;
    await vi.advanceTimersByTimeAsync(60_000);
    const later = server.connections.length;
    server.isUp = true;
    await vi.advanceTimersByTimeAsync(20_000);

    expect(soon).toBeGreaterThanOrEqual(3);
    expect(later).toBeLessThan(12);
    expect(socket.state()).toBe("open");
  });

  it("with a goodbye of the server is over within a second", async () => {
    const socket = new Socket({
      url: "ws://here/ws",
      credentials: async () => ({ token: "t", expiresAt: Date.now() + HOUR_MS }),
      random: () => 1,
    });
    socket.start();
    opened.push(socket);
    await settle();
    server.latest.close(4503);
    await vi.advanceTimersByTimeAsync(1_000);

    expect(socket.state()).toBe("open");
    expect(server.connections).toHaveLength(2);
  });

  it("tells since when, also after several attempts, until it is open again", async () => {
    const socket = open();
    await settle();
    expect(socket.lostAt()).toBeNull();
    const lostAt = Date.now();
    server.isUp = false;
    server.latest.close(1006);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(socket.lostAt()).toBe(lostAt);

    server.isUp = true;
    await vi.advanceTimersByTimeAsync(20_000);

    expect(socket.lostAt()).toBeNull();
  });

  it("in silence began when something was heard last", async () => {
    const socket = open();
    await settle();
    const heardAt = Date.now();
    server.answers.ping = "silence";
    await vi.advanceTimersByTimeAsync(15_000 + 10_000);

    expect(socket.lostAt()).toBe(heardAt);
  });

  it("to a server that neither opens nor refuses a new one is given up in time", async () => {
    const socket = open();
    await settle();
    server.isDeaf = true;
    server.latest.close(4503);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(server.connections).toHaveLength(2);
    server.isDeaf = false;
    await vi.advanceTimersByTimeAsync(10_000);

    expect(socket.state()).toBe("open");
    expect(server.connections).toHaveLength(3);
  });

  it("is looked for when the network goes", async () => {
    const socket = open();
    await settle();
    server.answers.ping = "silence";
    dispatchEvent(new Event("offline"));
    await vi.advanceTimersByTimeAsync(4_000);

    expect(socket.state()).toBe("reconnecting");
  });

  it("is noticed by a ping that is not answered", async () => {
    const socket = open();
    await settle();
    server.answers.ping = "silence";
    await vi.advanceTimersByTimeAsync(15_000 + 10_000);

    expect(socket.state()).toBe("reconnecting");
  });

  it("stays away once it was stopped", async () => {
    const socket = open();
    await settle();
    socket.stop();
    await vi.advanceTimersByTimeAsync(60_000);

    expect(socket.state()).toBe("closed");
    expect(server.connections).toHaveLength(1);
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

describe("what may have been lost", () => {
  /** Who asks for which room, in this order. */
  async function listening(): Promise<string[]> {
    const socket = open();
    await settle();
    const asked: string[] = [];
    socket.onResync((roomId) => asked.push(`lists ${roomId}`));
    socket.onResync((roomId) => asked.push(`r ${roomId}`), "r");
    socket.onResync((roomId) => asked.push(`s ${roomId}`), "s");
    asked.splice(0);
    return asked;
  }
  const resync = (roomId?: string) =>
    server.latest.event({ type: "resync", ...(roomId === undefined ? {} : { roomId }), data: {} });

  it("is asked for after a while of its own, the rooms on the screen first", async () => {
    const asked = await listening();
    resync();
    await vi.advanceTimersByTimeAsync(999);
    expect(asked).toEqual([]);

    await vi.advanceTimersByTimeAsync(1);

    expect(asked).toEqual(["r undefined", "s undefined", "lists undefined"]);
  });

  it("in one room is no matter of another one", async () => {
    const asked = await listening();
    resync("r");
    await vi.advanceTimersByTimeAsync(2_000);

    expect(asked).toEqual(["r r", "lists r"]);
  });

  it("several times in a moment is asked for once", async () => {
    const asked = await listening();
    for (const roomId of ["r", "s", undefined, "r"]) resync(roomId);
    await vi.advanceTimersByTimeAsync(2_000);

    expect(asked).toEqual(["r undefined", "s undefined", "lists undefined"]);
  });

  it("is asked for once and at once where the connection is lost before that", async () => {
    const asked = await listening();
    resync("r");
    server.latest.close(4503);
    await vi.advanceTimersByTimeAsync(10_000);

    expect(asked).toEqual(["r undefined", "s undefined", "lists undefined"]);
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
