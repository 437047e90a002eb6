import { beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer } from "../testing/FakeServer";
import { startedSocket } from "../testing/sockets";

let server: FakeServer;

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer().install();
});

describe("losing the connection", () => {
  it("rejects what was under way and keeps nothing for later", async () => {
    const socket = startedSocket();
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
    const socket = startedSocket();
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
    const socket = startedSocket({ random: () => 1 });
    await settle();
    server.latest.close(4503);
    await vi.advanceTimersByTimeAsync(1_000);

    expect(socket.state()).toBe("open");
    expect(server.connections).toHaveLength(2);
  });

  it("tells since when, also after several attempts, until it is open again", async () => {
    const socket = startedSocket();
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
    const socket = startedSocket();
    await settle();
    const heardAt = Date.now();
    server.answers.ping = "silence";
    await vi.advanceTimersByTimeAsync(15_000 + 10_000);

    expect(socket.lostAt()).toBe(heardAt);
  });

  it("to a server that neither opens nor refuses a new one is given up in time", async () => {
    const socket = startedSocket();
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
    const socket = startedSocket();
    await settle();
    server.answers.ping = "silence";
    dispatchEvent(new Event("offline"));
    await vi.advanceTimersByTimeAsync(4_000);

    expect(socket.state()).toBe("reconnecting");
  });

  it("is noticed by a ping that is not answered", async () => {
    const socket = startedSocket();
    await settle();
    server.answers.ping = "silence";
    await vi.advanceTimersByTimeAsync(15_000 + 10_000);

    expect(socket.state()).toBe("reconnecting");
  });

  it("stays away once it was stopped", async () => {
    const socket = startedSocket();
    await settle();
    socket.stop();
    await vi.advanceTimersByTimeAsync(60_000);

    expect(socket.state()).toBe("closed");
    expect(server.connections).toHaveLength(1);
  });
});

describe("what may have been lost", () => {
  /** Who asks for which room, in this order. */
  async function listening(): Promise<string[]> {
    const socket = startedSocket();
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
