import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ChatMessage } from "../../protocol/rest";
import type { Socket } from "../../realtime/socket";
import { followRoom, history } from "../../testing/chat";
import type { FakeServer } from "../../testing/FakeServer";
import { fakeRest, json } from "../../testing/rest";
import { connect } from "../../testing/sockets";
import { ChatRoom } from "./ChatRoom";

let server: FakeServer;
let socket: Socket;

const follow = (chatSeq: number) => followRoom(server, socket, chatSeq);
const seqs = (room: ChatRoom) => room.store.getState().messages.map(({ seq }) => seq);

function arrive(seq: number): void {
  const { seq: _, ...data } = history[seq - 1] as ChatMessage;
  server.latest.event({ type: "chatMessage", roomId: "r", seq, data });
}

beforeEach(async () => {
  vi.useFakeTimers();
  ({ server, socket } = await connect());
});

describe("a gap", () => {
  it("is fetched as soon as a later message shows it", async () => {
    const requests = fakeRest({
      "GET /api/chat/messages/r": ({ path }) => {
        const after = Number(new URLSearchParams(path.split("?")[1]).get("after"));
        return json(history.slice(after, 7));
      },
    });
    const room = await follow(3);

    arrive(7);
    await vi.advanceTimersByTimeAsync(0);

    expect(seqs(room)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(requests).toHaveLength(1);
  });

  it("that the server cannot fill is asked for once", async () => {
    const requests = fakeRest({ "GET /api/chat/messages/r": () => json([]) });
    const room = await follow(3);

    arrive(5);
    await vi.advanceTimersByTimeAsync(0);
    arrive(6);
    await vi.advanceTimersByTimeAsync(0);

    expect(seqs(room)).toEqual([1, 2, 3, 5, 6]);
    expect(requests).toHaveLength(1);
  });
});

describe("a message", () => {
  it("refused by the server waits for a retry, which carries the same client id", async () => {
    const room = await follow(0);
    server.answers.chatMessage = { status: 422, code: "too-long", detail: "That is too long." };
    room.send("  hello ");
    await vi.advanceTimersByTimeAsync(0);
    const [refused] = room.store.getState().pending;
    expect(refused).toMatchObject({
      text: "hello",
      status: "refused",
      reason: "That is too long.",
    });

    server.answers.chatMessage = { messageId: "m1", seq: 1, timestamp: "2026-01-05T10:00:00.000Z" };
    room.retry(refused?.clientId ?? "");
    await vi.advanceTimersByTimeAsync(0);

    const ids = server.heard("chatMessage").map(({ data }) => data.clientId);
    expect(ids).toEqual([refused?.clientId, refused?.clientId]);
    expect(room.store.getState().pending).toEqual([]);
    expect(seqs(room)).toEqual([1]);
  });

  it("that meets a service in trouble is sent again by itself, before those written later", async () => {
    const room = await follow(0);
    server.answers.chatMessage = { status: 503, code: "unavailable", detail: "Soon." };
    room.send("first");
    room.send("second");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(room.store.getState().pending.map(({ status }) => status)).toEqual([
      "sending",
      "sending",
    ]);

    let seq = 0;
    server.answers.chatMessage = () => {
      seq += 1;
      return { messageId: `m${seq}`, seq, timestamp: "2026-01-05T10:00:00.000Z" };
    };
    await vi.advanceTimersByTimeAsync(20_000);

    const { messages, pending } = room.store.getState();
    expect(messages.map(({ message }) => message)).toEqual(["first", "second"]);
    expect(pending).toEqual([]);
  });

  it("is given back to the person when the trouble lasts", async () => {
    const room = await follow(0);
    server.answers.chatMessage = { status: 503, code: "unavailable", detail: "Soon." };
    room.send("hello");
    await vi.advanceTimersByTimeAsync(240_000);

    expect(room.store.getState().pending).toMatchObject([{ status: "lost", reason: "Soon." }]);
    expect(new Set(server.heard("chatMessage").map(({ data }) => data.clientId)).size).toBe(1);
  });

  it("lost with the connection is sent again by itself, and what was missed is caught up", async () => {
    const room = await follow(2);
    server.answers.chatMessage = "silence";
    room.send("hello");
    await vi.advanceTimersByTimeAsync(0);
    server.latest.close(1006);
    server.answers.chatMessage = { messageId: "x", seq: 5, timestamp: "2026-01-05T10:00:00.000Z" };
    server.answers.followRoom = { chat: history.slice(2, 4), chatSeq: 4 };
    await vi.advanceTimersByTimeAsync(5_000);

    expect(server.heard("followRoom").at(-1)?.data.after).toEqual({ chat: 2 });
    expect(seqs(room)).toEqual([1, 2, 3, 4, 5]);
    const ids = server.heard("chatMessage").map(({ data }) => data.clientId);
    expect(new Set(ids).size).toBe(1);
    expect(ids).toHaveLength(2);
  });
});

it("keeps what is written while nothing is connected, marked as waiting", async () => {
  const room = await follow(0);
  server.isUp = false;
  server.latest.close(1006);
  room.send("hello");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(room.store.getState().pending).toMatchObject([{ text: "hello", status: "waiting" }]);

  server.isUp = true;
  server.answers.chatMessage = { messageId: "m1", seq: 1, timestamp: "2026-01-05T10:00:00.000Z" };
  await vi.advanceTimersByTimeAsync(20_000);

  expect(room.store.getState().pending).toEqual([]);
  expect(seqs(room)).toEqual([1]);
});

it("loads older messages in front", async () => {
  fakeRest({ "GET /api/chat/messages/r": () => json(history.slice(0, 4)) });
  const room = new ChatRoom(socket, "r", "me", "call");
  room.open();
  room.catchUp({ chat: history.slice(4, 6), chatSeq: 6 });

  await room.loadOlder();

  expect(seqs(room)).toEqual([1, 2, 3, 4, 5, 6]);
});

describe("a message that is looked for", () => {
  it("is read back to before it is shown", async () => {
    fakeRest({
      "GET /api/chat/messages/r": ({ path }) => {
        const before = Number(new URLSearchParams(path.split("?")[1]).get("before"));
        return json(history.slice(before - 3, before - 1));
      },
    });
    const room = new ChatRoom(socket, "r", "me", "call");
    room.open();
    room.catchUp({ chat: history.slice(7), chatSeq: 9 });

    await room.reveal(5);

    expect(seqs(room)).toEqual([4, 5, 6, 7, 8, 9]);
    expect(room.store.getState().revealed).toBe(5);
  });

  it("but cannot be read now is as near as it can be", async () => {
    fakeRest({});
    const room = new ChatRoom(socket, "r", "me", "call");
    room.open();
    room.catchUp({ chat: history.slice(7), chatSeq: 9 });

    await room.reveal(2);

    expect(room.store.getState().revealed).toBe(8);
  });
});

it("shows who is typing for five seconds, or until they have written", async () => {
  const room = await follow(0);
  const typing = () => [...room.store.getState().typing.values()];
  const type = () =>
    server.latest.event({
      type: "typing",
      roomId: "r",
      data: { userId: "bob", displayName: "Bob" },
    });

  type();
  expect(typing()).toEqual(["Bob"]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(typing()).toEqual([]);

  type();
  arrive(1);
  expect(typing()).toEqual([]);
});

it("tells that you type at most every three seconds", async () => {
  const room = await follow(0);

  for (let times = 0; times < 10; times++) room.tellTyping();
  await vi.advanceTimersByTimeAsync(3_000);
  room.tellTyping();

  expect(server.heard("typing")).toHaveLength(2);
});

it("asks for what is new when the server was cut off", async () => {
  const room = await follow(3);
  server.answers.followRoom = () => ({ chat: history.slice(3, 5), chatSeq: 5 });
  server.latest.event({ type: "resync", data: {} });
  await vi.advanceTimersByTimeAsync(2_000);

  expect(server.heard("followRoom").at(-1)?.data).toEqual({ roomId: "r", after: { chat: 3 } });
  expect(seqs(room)).toEqual([1, 2, 3, 4, 5]);
});
