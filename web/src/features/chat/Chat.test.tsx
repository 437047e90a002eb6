import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { session } from "../../api/session";
import { useSocketState } from "../../realtime/RealtimeContext";
import { AppFrame } from "../../testing/AppFrame";
import { FakeServer } from "../../testing/FakeServer";
import { ADA, fakeRest, grant, json } from "../../testing/rest";
import { Chat } from "./Chat";
import type { ChatRoom } from "./ChatRoom";
import { useChatRoom } from "./useChatRoom";

let server: FakeServer;

let shownRoom: ChatRoom | null;

function message(seq: number, text: string) {
  return {
    id: `m${seq}`,
    seq,
    sender: "bob",
    senderName: "Bob",
    message: text,
    messageType: "text",
    timestamp: "2026-01-05T10:00:00.000Z",
    clientId: null,
  };
}

function Conversation() {
  const room = useChatRoom("r");
  shownRoom = room;
  return useSocketState() === "open" && room !== null ? <Chat room={room} /> : null;
}

async function open() {
  render(
    <AppFrame>
      <Conversation />
    </AppFrame>,
  );
  return screen.findByTestId("chat-input");
}

beforeEach(() => {
  session.begin(grant());
  fakeRest({ "GET /api/users": () => json([]) });
  server = new FakeServer().install();
  server.answers.followRoom = { chat: [], chatSeq: 0 };
});

it("sends with Enter, shows the message at once, and empties the field", async () => {
  server.answers.chatMessage = "silence";
  const input = await open();

  await userEvent.type(input, "Good morning{Enter}");

  expect(screen.getByTestId("chat-message")).toHaveTextContent("Good morning");
  expect(screen.getByText("Sending…")).toBeInTheDocument();
  expect(input).toHaveValue("");
  expect(server.heard("chatMessage")[0]?.data).toMatchObject({ message: "Good morning" });
});

it("starts a line with Shift+Enter and does not send nothing", async () => {
  const input = await open();

  await userEvent.type(input, "   {Enter}");
  await userEvent.clear(input);
  await userEvent.type(input, "one{Shift>}{Enter}{/Shift}two");

  expect(input).toHaveValue("one\ntwo");
  expect(server.heard("chatMessage")).toHaveLength(0);
});

it("offers a retry for what was refused", async () => {
  server.answers.chatMessage = { status: 422, code: "refused", detail: "Not like this." };
  const input = await open();
  await userEvent.type(input, "hi{Enter}");
  expect(await screen.findByText(/Not like this/)).toBeInTheDocument();

  server.answers.chatMessage = { messageId: "m", seq: 1, timestamp: new Date().toISOString() };
  await userEvent.click(screen.getByRole("button", { name: "Retry" }));

  await waitFor(() => expect(screen.queryByText(/Not sent/)).not.toBeInTheDocument());
  expect(screen.getAllByTestId("chat-message")).toHaveLength(1);
});

it("shows what others write as text, never as markup, with links that can be followed", async () => {
  await open();
  const data = {
    id: "m1",
    sender: "bob",
    senderName: "Bob",
    message: "<img src=x onerror=alert(1)> https://a.example/plan.",
    messageType: "text",
    timestamp: new Date().toISOString(),
    clientId: null,
  };

  act(() => server.latest.event({ type: "chatMessage", roomId: "r", seq: 1, data }));

  expect(await screen.findByTestId("chat-message")).toHaveTextContent("<img src=x onerror");
  expect(document.querySelector("img[src=x]")).toBeNull();
  const link = screen.getByRole("link", { name: "https://a.example/plan" });
  expect(link).toHaveAttribute("rel", expect.stringContaining("noopener"));
});

it("puts a message that is looked for on the screen and the focus on it", async () => {
  const scrolled = vi.fn();
  Element.prototype.scrollIntoView = scrolled;
  server.answers.followRoom = { chat: [message(1, "first"), message(2, "second")], chatSeq: 2 };
  await open();
  await screen.findByText("second");

  await act(() => shownRoom?.reveal(1));

  expect(screen.getByText("first")).toHaveFocus();
  expect(scrolled).toHaveBeenCalledOnce();
  expect(shownRoom?.store.getState().revealed).toBeNull();
});

it("says who is typing, but not that you are", async () => {
  await open();
  const typing = (userId: string, displayName: string) =>
    act(() => server.latest.event({ type: "typing", roomId: "r", data: { userId, displayName } }));

  typing(ADA.userId, "Ada");
  expect(screen.queryByText(/is typing/)).not.toBeInTheDocument();
  typing("bob", "Bob");
  expect(screen.getByText("Bob is typing…")).toBeInTheDocument();
});

it("puts the chosen emoji where the cursor is", async () => {
  const input = await open();
  await userEvent.type(input, "ab");
  (input as HTMLTextAreaElement).setSelectionRange(1, 1);

  await userEvent.click(screen.getByRole("button", { name: "Emoji" }));
  await userEvent.click(await screen.findByRole("button", { name: "thumbs up" }));

  expect(input).toHaveValue("a👍b");
});
