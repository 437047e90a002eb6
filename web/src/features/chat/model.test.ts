import { describe, expect, it } from "vitest";
import type { ChatMessage } from "../../protocol/rest";
import {
  EMPTY_CHAT,
  grouped,
  hasOlder,
  loaded,
  missingAfter,
  nothingAfter,
  notSent,
  receive,
  seen,
  sending,
  unreadCount,
} from "./model";

function message(seq: number, more: Partial<ChatMessage> = {}): ChatMessage {
  return {
    id: `m${seq}`,
    seq,
    sender: "bob",
    senderName: "Bob",
    message: `text ${seq}`,
    messageType: "text",
    timestamp: new Date(Date.UTC(2026, 0, 5, 10, seq)).toISOString(),
    clientId: `c${seq}`,
    ...more,
  };
}
const run = (...numbers: number[]) => numbers.map((seq) => message(seq));
const seqs = (state: { messages: readonly ChatMessage[] }) => state.messages.map(({ seq }) => seq);

describe("arriving messages", () => {
  it("are ordered by their number, whatever order they come in", () => {
    const state = receive(receive(EMPTY_CHAT, run(3, 1)), run(2));

    expect(seqs(state)).toEqual([1, 2, 3]);
  });

  it("are kept once, however often they come", () => {
    const state = receive(receive(EMPTY_CHAT, run(1, 2)), run(2, 2, 1));

    expect(seqs(state)).toEqual([1, 2]);
  });
});

describe("what is missing", () => {
  it("is nothing while the numbers are whole", () => {
    expect(missingAfter(receive(EMPTY_CHAT, run(4, 5, 6)))).toBeNull();
    expect(missingAfter(EMPTY_CHAT)).toBeNull();
  });

  it("is the first hole between messages", () => {
    expect(missingAfter(receive(EMPTY_CHAT, run(4, 5, 8, 10)))).toBe(5);
  });

  it("is the end when the server knows of more than it gave", () => {
    expect(missingAfter(loaded(EMPTY_CHAT, run(1, 2), 9))).toBe(2);
  });

  it("is not asked for again where the server has nothing", () => {
    const state = nothingAfter(receive(EMPTY_CHAT, run(1, 3)), 1);

    expect(missingAfter(state)).toBeNull();
  });

  it("does not include what is older than the first one held", () => {
    const state = loaded(EMPTY_CHAT, run(41, 42), 42);

    expect(missingAfter(state)).toBeNull();
    expect(hasOlder(state)).toBe(true);
    expect(hasOlder(receive(state, run(1)))).toBe(false);
  });
});

describe("an own message", () => {
  const pending = { clientId: "mine", text: "hi", startedAt: 0, status: "sending" } as const;

  it("stops waiting when the room has it, even before the answer", () => {
    const state = receive(sending(EMPTY_CHAT, pending), [message(1, { clientId: "mine" })]);

    expect(state.pending).toEqual([]);
    expect(seqs(state)).toEqual([1]);
  });

  it("stays, with its reason, when it was refused", () => {
    const state = notSent(sending(EMPTY_CHAT, pending), "mine", "refused", "Too long.");

    expect(state.pending).toEqual([{ ...pending, status: "refused", reason: "Too long." }]);
  });

  it("is not doubled by sending it again", () => {
    const again = sending(notSent(sending(EMPTY_CHAT, pending), "mine", "lost"), pending);

    expect(again.pending).toEqual([pending]);
  });
});

describe("unread messages", () => {
  it("are those of others that came after the first load", () => {
    const start = loaded(EMPTY_CHAT, run(1, 2), 2);
    const later = receive(start, [message(3), message(4, { sender: "me" }), message(5)]);

    expect(unreadCount(start, "me")).toBe(0);
    expect(unreadCount(later, "me")).toBe(2);
    expect(unreadCount(seen(later), "me")).toBe(0);
  });

  it("stay unread over a reconnect", () => {
    const start = receive(loaded(EMPTY_CHAT, run(1), 1), run(2));

    expect(unreadCount(loaded(start, run(3), 3), "me")).toBe(2);
  });
});

it("puts what one person says in one go under one name", () => {
  const groups = grouped([
    message(1),
    message(2),
    message(3, { sender: "ada", senderName: "Ada" }),
    message(4),
    message(30),
  ]);

  expect(groups.map(({ messages }) => messages.map(({ seq }) => seq))).toEqual([
    [1, 2],
    [3],
    [4],
    [30],
  ]);
  expect(groups.map(({ startsDay }) => startsDay)).toEqual([true, false, false, false]);
});
