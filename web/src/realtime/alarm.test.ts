import { beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer } from "../testing/FakeServer";
import { alarm, type Wish } from "./alarm";
import { Socket } from "./socket";

/** A worker whose timers are in time, beside a page whose timers are as late as in Chrome. */
function hidePage(): void {
  const exact = globalThis.setTimeout;
  vi.stubGlobal("setTimeout", (act: () => void, ms = 0) => exact(act, Math.max(ms, 60_000)));
  answerIn = exact;
}
let answerIn: typeof setTimeout;
let told: Wish[];

class FakeWorker {
  onmessage: ((event: { data: number }) => void) | null = null;

  postMessage(wish: Wish): void {
    told.push(wish);
    if (wish.ms !== null) answerIn(() => this.onmessage?.({ data: wish.id }), wish.ms);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  answerIn = globalThis.setTimeout;
  vi.stubGlobal("Worker", FakeWorker);
});

describe("an alarm", () => {
  it("rings in time in a hidden page, and once", async () => {
    hidePage();
    const ring = vi.fn();
    alarm(ring, 15_000);

    await vi.advanceTimersByTimeAsync(15_000);
    expect(ring).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(ring).toHaveBeenCalledTimes(1);
  });

  it("rings without a worker too", async () => {
    answerIn = (() => 0) as unknown as typeof setTimeout;
    const ring = vi.fn();
    alarm(ring, 15_000);
    await vi.advanceTimersByTimeAsync(15_000);

    expect(ring).toHaveBeenCalledTimes(1);
  });

  it("that was cancelled is silent, and the worker is told", async () => {
    const ring = vi.fn();
    alarm(ring, 15_000)();
    await vi.advanceTimersByTimeAsync(15_000);

    expect(ring).not.toHaveBeenCalled();
    expect(told).toEqual([
      { id: expect.any(Number), ms: 15_000 },
      { id: told[0]?.id, ms: null },
    ]);
  });
});

describe("the worker", () => {
  it("answers when the time has come, unless it need not", async () => {
    const answered = vi.fn();
    vi.stubGlobal("postMessage", answered);
    await import("./alarm.worker");
    const tell = (data: Wish) => self.onmessage?.(new MessageEvent("message", { data }));

    tell({ id: 1, ms: 1_000 });
    tell({ id: 2, ms: 500 });
    tell({ id: 2, ms: null });
    await vi.advanceTimersByTimeAsync(999);
    expect(answered).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);

    expect(answered.mock.calls).toEqual([[1]]);
  });
});

it("keeps the socket of a hidden page heard, and brings it back", async () => {
  const server = new FakeServer().install();
  const socket = new Socket({
    url: "ws://here/ws",
    credentials: async () => ({ token: "t", expiresAt: Date.now() + 3_600_000 }),
    random: () => 0.5,
  });
  hidePage();
  socket.start();
  await vi.advanceTimersByTimeAsync(45_000);
  expect(server.heard("ping")).toHaveLength(3);

  server.latest.close(1006);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(socket.state()).toBe("open");
  socket.stop();
});
