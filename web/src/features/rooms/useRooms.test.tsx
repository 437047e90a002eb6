import { act, render, screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { session } from "../../api/session";
import { AppFrame } from "../../testing/AppFrame";
import { FakeServer } from "../../testing/FakeServer";
import { fakeRest, grant, json, type SentRequest } from "../../testing/rest";
import { useMeetings, useRoom, useRoomNews, useRooms } from "./useRooms";

let server: FakeServer;
let requests: SentRequest[];

const ROOM = { roomId: "r", roomName: "Tea", status: "active", role: "host", seq: 4 };

function Rooms() {
  useRoomNews();
  const lists = useRooms();
  const room = useRoom("r");
  useMeetings(5);
  return (
    <p role="status">
      {room.data?.roomName} {lists.data?.mine[0]?.roomName}
    </p>
  );
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

/** Nothing is on its way any more. */
async function settled(): Promise<void> {
  let before = -1;
  await waitFor(async () => {
    const now = requests.length;
    const isQuiet = now === before;
    before = now;
    expect(isQuiet).toBe(true);
  });
}

beforeEach(async () => {
  // Nobody waits for their turn.
  vi.spyOn(Math, "random").mockReturnValue(0);
  server = new FakeServer().install();
  const none = () => json([]);
  requests = fakeRest({
    "GET /api/rooms": () => json([ROOM]),
    "GET /api/rooms/r": () => json(ROOM),
    "GET /api/meetings": none,
  });
  session.begin(grant());
  render(
    <AppFrame>
      <Rooms />
    </AppFrame>,
  );
  await waitFor(() => expect(server.latest.sent).not.toHaveLength(0));
  await waitFor(() => expect(screen.getByRole("status")).toHaveTextContent("Tea Tea"));
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

function renamed(seq: number) {
  const data = {
    roomName: "Coffee",
    isPrivate: false,
    hasPassword: false,
    expiresAt: null,
    topology: "auto",
  } as const;
  return act(async () => server.latest.event({ type: "roomUpdated", roomId: "r", seq, data }));
}

it("shows the next event of a room without asking", async () => {
  await settled();
  const before = asked();
  await renamed(5);
  await renamed(4);

  await waitFor(() => expect(screen.getByRole("status")).toHaveTextContent("Coffee Coffee"));
  expect(asked()).toEqual(before);
});

it("asks for the room and the lists when an event shows that another one was lost", async () => {
  await settled();
  const before = asked();
  await renamed(6);

  await waitFor(() => {
    expect(asked()["/api/rooms/r"]).toBe((before["/api/rooms/r"] ?? 0) + 1);
    expect(asked()["/api/rooms"]).toBe((before["/api/rooms"] ?? 0) + 2);
  });
  expect(asked()["/api/meetings"]).toBe(before["/api/meetings"]);
});
