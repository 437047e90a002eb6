/** A room whose chat Bob has written in. */
import { vi } from "vitest";
import { ChatRoom } from "../features/chat/ChatRoom";
import type { ChatMessage } from "../protocol/rest";
import type { Socket } from "../realtime/socket";
import type { FakeServer } from "./FakeServer";

/** All that is ever written, oldest first; its numbers begin at 1. */
export const history: ChatMessage[] = Array.from({ length: 9 }, (_, index) => ({
  id: `m${index + 1}`,
  seq: index + 1,
  sender: "bob",
  senderName: "Bob",
  message: `text ${index + 1}`,
  messageType: "text",
  timestamp: "2026-01-05T10:00:00.000Z",
  clientId: null,
}));

/** Opens the room's chat when it is written up to `chatSeq`; needs fake timers. */
export async function followRoom(
  server: FakeServer,
  socket: Socket,
  chatSeq: number,
): Promise<ChatRoom> {
  server.answers.followRoom = ({ after }: { after?: { chat: number } }) => ({
    chat: history.slice(after?.chat ?? 0, chatSeq),
    chatSeq,
  });
  const room = new ChatRoom(socket, "r", "me", "follow");
  room.open();
  await vi.advanceTimersByTimeAsync(0);
  return room;
}
