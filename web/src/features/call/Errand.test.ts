import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Errand } from "./Errand";

let runs: number;
/** What the run under way waits for. */
let finish: (failure?: Error) => void;
let errand: Errand;
let refused: boolean;

const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  runs = 0;
  refused = false;
  errand = new Errand({
    act: () => {
      runs += 1;
      return new Promise((done, fail) => {
        finish = (failure) => (failure === undefined ? done() : fail(failure));
      });
    },
    triesAgain: () => !refused,
  });
});

afterEach(() => errand.close());

it("runs once more for all that was wished for meanwhile", async () => {
  for (let wish = 0; wish < 5; wish++) errand.wish();
  expect(runs).toBe(1);

  finish();
  await settle();
  expect(runs).toBe(2);

  finish();
  await settle(60_000);
  expect(runs).toBe(2);
});

it("is repeated after a failure, later each time", async () => {
  errand.wish();
  const waits = [];
  for (let time = 0; time < 4; time++) {
    const [before, since] = [runs, Date.now()];
    finish(new Error());
    while (runs === before) await settle(25);
    waits.push(Date.now() - since);
  }

  expect(waits).toEqual([...waits].sort((one, other) => one - other));
  expect(new Set(waits).size).toBe(4);
});

it("is not repeated when it would not help", async () => {
  refused = true;
  errand.wish();
  finish(new Error());
  await settle(60_000);

  expect(runs).toBe(1);
});

it("gathers wishes without putting them off", async () => {
  for (let wish = 0; wish < 10; wish++) {
    errand.wishWithin(50);
    await settle(10);
  }

  expect(runs).toBe(1);
});

it("does nothing after it is closed", async () => {
  errand.wish();
  errand.close();
  finish(new Error());
  errand.wish();
  errand.wishWithin(50);
  await settle(60_000);

  expect(runs).toBe(1);
});
