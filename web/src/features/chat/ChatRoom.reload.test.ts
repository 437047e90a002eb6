import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Socket } from "../../realtime/socket";
import { followRoom, history } from "../../testing/chat";
import type { FakeServer } from "../../testing/FakeServer";
import { connect } from "../../testing/sockets";
import { ChatRoom } from "./ChatRoom";
import { forgetUnsent, unsent } from "./unsent";

let server: FakeServer;
let socket: Socket;

const follow = (chatSeq: number) => followRoom(server, socket, chatSeq);

beforeEach(async () => {
  vi.useFakeTimers();
  ({ server, socket } = await connect());
});

describe("a reload", () => {
  /** The page goes with its connection, and a new one comes up in the same tab. */
  async function reloaded(room: ChatRoom, chatSeq: number): Promise<ChatRoom> {
    room.close();
    return follow(chatSeq);
  }
  const posted = (seq: number) => ({
    messageId: `m${seq}`,
    seq,
    timestamp: "2026-01-05T10:00:00.000Z",
  });

  it("sends what was not sent, in its order, as the same messages", async () => {
    const room = await follow(2);
    server.answers.chatMessage = "silence";
    room.send("first");
    room.send("second");
    await vi.advanceTimersByTimeAsync(0);
    const before = room.store.getState().pending.map(({ clientId }) => clientId);

    let seq = 2;
    server.answers.chatMessage = () => posted(++seq);
    const again = await reloaded(room, 2);
    await vi.advanceTimersByTimeAsync(0);

    const { messages, pending } = again.store.getState();
    expect(messages.slice(2).map(({ message }) => message)).toEqual(["first", "second"]);
    expect(messages.slice(2).map(({ clientId }) => clientId)).toEqual(before);
    expect(pending).toEqual([]);
    expect(sessionStorage).toHaveLength(0);
  });

  it("sends nothing that had arrived though its answer was lost", async () => {
    const room = await follow(2);
    server.answers.chatMessage = "silence";
    room.send("text 3");
    await vi.advanceTimersByTimeAsync(0);
    const clientId = room.store.getState().pending[0]?.clientId ?? "";
    server.answers.followRoom = { chat: [{ ...history[2], clientId }], chatSeq: 3 };
    room.close();

    const again = new ChatRoom(socket, "r", "me", "follow");
    again.open();
    await vi.advanceTimersByTimeAsync(0);

    expect(again.store.getState().pending).toEqual([]);
    expect(server.heard("chatMessage")).toHaveLength(1);
  });

  it("asks again about what was refused and sends it not by itself", async () => {
    const room = await follow(0);
    server.answers.chatMessage = { status: 422, code: "too-long", detail: "That is too long." };
    room.send("hello");
    await vi.advanceTimersByTimeAsync(0);

    const again = await reloaded(room, 0);
    await vi.advanceTimersByTimeAsync(0);

    expect(again.store.getState().pending).toMatchObject([{ status: "refused" }]);
    expect(server.heard("chatMessage")).toHaveLength(1);
  });

  it("by another person, or after signing out, finds nothing", async () => {
    const room = await follow(0);
    server.answers.chatMessage = "silence";
    room.send("private");
    await vi.advanceTimersByTimeAsync(0);

    expect(unsent("somebody-else", "r")).toEqual([]);
    expect(unsent("me", "another-room")).toEqual([]);
    expect(unsent("me", "r")).toHaveLength(1);
    forgetUnsent();
    expect(unsent("me", "r")).toEqual([]);
  });
});
