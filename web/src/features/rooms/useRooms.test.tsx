import { act, render, waitFor } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { session } from "../../api/session";
import { AppFrame } from "../../testing/AppFrame";
import { FakeServer } from "../../testing/FakeServer";
import { fakeRest, grant, json, type SentRequest } from "../../testing/rest";
import { useMeetings, useRoom, useRoomNews, useRooms } from "./useRooms";

let server: FakeServer;
let requests: SentRequest[];

function Rooms() {
  useRoomNews();
  useRooms();
  useRoom("r");
  useMeetings(5);
  return null;
}

/** How often each address was asked. */
function asked(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { path } of requests) {
    const address = path.split("?")[0] ?? "";
    counts[address] = (counts[address] ?? 0) + 1;
  }
  return counts;
}

beforeEach(async () => {
  // Nobody waits for their turn.
  vi.spyOn(Math, "random").mockReturnValue(0);
  server = new FakeServer().install();
  const none = () => json([]);
  requests = fakeRest({
    "GET /api/rooms": none,
    "GET /api/rooms/r": () => json({}),
    "GET /api/meetings": none,
  });
  session.begin(grant());
  render(
    <AppFrame>
      <Rooms />
    </AppFrame>,
  );
  await waitFor(() => expect(server.latest.sent).not.toHaveLength(0));
  await waitFor(() => expect(asked()["/api/rooms/r"]).toBeGreaterThan(0));
});

it.each([
  ["the server was cut off", () => server.latest.event({ type: "resync", data: {} })],
  ["the socket was lost", () => server.latest.close(4503)],
])("asks for everything again after %s", async (_, happens) => {
  const before = asked();
  await act(async () => happens());

  await waitFor(
    () => {
      for (const [address, count] of Object.entries(before)) {
        expect(asked()[address], address).toBeGreaterThan(count);
      }
    },
    { timeout: 3_000 },
  );
});
