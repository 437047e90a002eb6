import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { fakeRest, json, problem } from "../testing/rest";
import { request } from "./request";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function overloaded(): Response {
  const refusal = problem(503, "overloaded", "Too much is asked.");
  refusal.headers.set("Retry-After", "2");
  return refusal;
}

it("asks again for what an overloaded server did not begin, but not sooner than it said", async () => {
  const answers = [overloaded(), json({ entered: true })];
  const requests = fakeRest({ "POST /api/rooms/r1/join": () => answers.shift() ?? json({}) });

  const asked = request("POST", "/api/rooms/r1/join", { body: {} });
  await vi.advanceTimersByTimeAsync(1_900);
  expect(requests).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_200);

  expect(await asked).toEqual({ entered: true });
  expect(requests).toHaveLength(2);
  expect(requests[1]?.body).toEqual({});
});

it("tells a person at last that the server is overloaded", async () => {
  const requests = fakeRest({ "GET /api/rooms": overloaded });

  const asked = request("GET", "/api/rooms");
  const told = expect(asked).rejects.toMatchObject({ code: "overloaded", retryAfterSeconds: 2 });
  await vi.advanceTimersByTimeAsync(10_000);

  await told;
  expect(requests).toHaveLength(3);
});

it("does not repeat what a server may have begun", async () => {
  const requests = fakeRest({
    "POST /api/rooms": () => problem(503, "service-away", "It does not answer."),
  });

  await expect(request("POST", "/api/rooms", { body: {} })).rejects.toMatchObject({
    code: "service-away",
  });

  expect(requests).toHaveLength(1);
});
