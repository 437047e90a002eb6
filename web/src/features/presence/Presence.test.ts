import { beforeEach, expect, it, vi } from "vitest";
import { Socket } from "../../realtime/socket";
import { FakeServer } from "../../testing/FakeServer";
import { Presence } from "./Presence";

let server: FakeServer;
let presence: Presence;

beforeEach(async () => {
  vi.useFakeTimers();
  server = new FakeServer().install();
  server.answers.watchPresence = { statuses: { bob: "online" } };
  const socket = new Socket({
    url: "ws://here/ws",
    credentials: async () => ({ token: "t", expiresAt: Date.now() + 3_600_000 }),
    random: () => 0.5,
  });
  presence = new Presence(socket);
  presence.watch(["bob"]);
  socket.start();
  await vi.advanceTimersByTimeAsync(0);
});

it("asks when the socket opens, and hears what changes", () => {
  expect(presence.statuses().get("bob")).toBe("online");

  server.latest.event({ type: "presence", data: { userId: "bob", status: "offline" } });

  expect(presence.statuses().get("bob")).toBe("offline");
});

it.each([
  ["the socket was lost", () => server.latest.close(1006)],
  ["the server was cut off", () => server.latest.event({ type: "resync", data: {} })],
])("asks again after %s", async (_, happens) => {
  server.answers.watchPresence = { statuses: { bob: "offline" } };
  happens();
  await vi.advanceTimersByTimeAsync(2_000);

  expect(presence.statuses().get("bob")).toBe("offline");
});
