import { act, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { session } from "../../api/session";
import { AppFrame } from "../../testing/AppFrame";
import { FakeServer } from "../../testing/FakeServer";
import { fakeRest, grant, json, problem } from "../../testing/rest";
import { useRoom } from "./useRooms";

function Door() {
  const { data } = useRoom("r");
  return <p role="status">{data?.roomName ?? "closed"}</p>;
}

function stand(answer: () => Response) {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  new FakeServer().install();
  session.begin(grant());
  const requests = fakeRest({ "GET /api/rooms/r": answer });
  render(
    <AppFrame>
      <Door />
    </AppFrame>,
  );
  return requests;
}

afterEach(() => void vi.useRealTimers());

it("asks for the room until the server is there again", async () => {
  let isAway = true;
  stand(() =>
    isAway ? problem(503, "service-away", "It does not answer.") : json({ roomName: "Tea" }),
  );
  await act(() => vi.advanceTimersByTimeAsync(20_000));
  expect(screen.getByRole("status")).toHaveTextContent("closed");

  isAway = false;
  await act(() => vi.advanceTimersByTimeAsync(10_000));

  expect(screen.getByRole("status")).toHaveTextContent("Tea");
});

it("asks once for a room that is not there", async () => {
  const requests = stand(() => problem(404, "room-not-found", "There is no such room."));

  await act(() => vi.advanceTimersByTimeAsync(30_000));

  expect(requests.filter(({ path }) => path === "/api/rooms/r")).toHaveLength(1);
});
