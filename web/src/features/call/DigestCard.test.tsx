import { act, fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import type { Peer } from "../../protocol/frames";
import { fakeRest, json } from "../../testing/rest";
import { DigestCard } from "./DigestCard";
import { Missed } from "./Missed";
import type { CallView } from "./model";

const bea = {
  peerId: "b",
  userId: "u-b",
  displayName: "Bea",
  joinedAt: "2026-01-05T10:00:00.000Z",
};
const ada = {
  peerId: "a",
  userId: "u-a",
  displayName: "Ada",
  joinedAt: "2026-01-05T10:42:00.000Z",
};
const CALL: CallView = {
  meetingId: "m",
  seq: 3,
  startedAt: bea.joinedAt,
  topology: "mesh",
  workerId: null,
  ownPeerId: "a",
  peers: new Map([bea, ada].map((one) => [one.peerId, { ...one, handRaisedAt: null } as Peer])),
};
const read = vi.fn();

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const card = () => screen.queryByTestId("digest");

beforeEach(async () => {
  vi.useFakeTimers();
  read.mockClear();
  const chat = { messages: 3, namingYou: 1, first: 4, firstNamingYou: 6, newest: 7, isMore: false };
  fakeRest({ "GET /api/chat/digest/r": () => json(chat) });
  const missed = new Missed("r");
  render(<DigestCard missed={missed} onRead={read} />);
  void missed.entered(CALL, { isNew: true });
  await pass(0);
});

it("is read out politely and leads to the first message that names one", () => {
  expect(card()).toHaveTextContent("You joined 42 min into the call");
  expect(card()).toHaveTextContent("Bea is here ·3 messages, 1 names you");
  expect(card()?.closest("[aria-live=polite]")).toBeInTheDocument();

  fireEvent.click(screen.getByRole("button", { name: "See where you are named" }));

  expect(read).toHaveBeenCalledExactlyOnceWith(6);
});

it("goes by its button", () => {
  fireEvent.click(screen.getByRole("button", { name: "Dismiss" }));

  expect(card()).not.toBeInTheDocument();
});

it("goes with Escape, but not with one that closed something else", () => {
  fireEvent.keyDown(document.body, { key: "a" });
  const closing = new KeyboardEvent("keydown", { key: "Escape", cancelable: true, bubbles: true });
  closing.preventDefault();
  fireEvent(document.body, closing);
  expect(card()).toBeInTheDocument();

  fireEvent.keyDown(document.body, { key: "Escape" });

  expect(card()).not.toBeInTheDocument();
});

it("goes by itself after a minute, but not while it is read or the page is not seen", async () => {
  fireEvent.focus(screen.getByRole("button", { name: "Dismiss" }));
  await pass(90_000);
  expect(card()).toBeInTheDocument();
  fireEvent.blur(screen.getByRole("button", { name: "Dismiss" }));

  const seen = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  await pass(90_000);
  expect(card()).toBeInTheDocument();
  seen.mockReturnValue("visible");
  await pass(59_000);
  expect(card()).toBeInTheDocument();
  await pass(1_000);

  expect(card()).not.toBeInTheDocument();
});
