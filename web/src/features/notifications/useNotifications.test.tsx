import { act, render, screen } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { session } from "../../api/session";
import type { EventFrame } from "../../protocol/frames";
import { AppFrame } from "../../testing/AppFrame";
import { FakeServer } from "../../testing/FakeServer";
import { fakeRest, grant, json, type SentRequest } from "../../testing/rest";
import { NotificationBell } from "./NotificationBell";

const kept = (id: string) => ({
  id,
  type: "invitation",
  message: id,
  relatedRoomId: null,
  status: "unread",
  createdAt: "2026-01-01T10:00:00.000Z",
});
let server: FakeServer;
let requests: SentRequest[];
let list: object[];

const lists = () => requests.filter(({ path }) => path.startsWith("/api/notifications")).length;
const happen = (frame: EventFrame) => act(async () => server.latest.event(frame));

beforeEach(async () => {
  // Nobody waits for their turn.
  vi.spyOn(Math, "random").mockReturnValue(0);
  server = new FakeServer().install();
  list = [kept("one"), kept("two")];
  requests = fakeRest({ "GET /api/notifications": () => json(list) });
  session.begin(grant());
  render(
    <AppFrame>
      <NotificationBell />
    </AppFrame>,
  );
  await screen.findByRole("button", { name: "Notifications, 2 unread" });
});

it("shows as read what another device marked", async () => {
  await happen({ type: "notificationRead", data: { id: "one" } });
  await screen.findByRole("button", { name: "Notifications, 1 unread" });

  await happen({ type: "notificationRead", data: { id: null } });
  await screen.findByRole("button", { name: "Notifications" });
});

it.each([
  ["the server was cut off", () => server.latest.event({ type: "resync", data: {} })],
  ["the socket was lost", () => server.latest.close(4503)],
])("lists them again after %s", async (_, happens) => {
  const before = lists();
  list = [kept("one"), kept("two"), kept("three")];
  await act(async () => happens());

  await screen.findByRole("button", { name: "Notifications, 3 unread" }, { timeout: 3_000 });
  expect(lists()).toBe(before + 1);
});
