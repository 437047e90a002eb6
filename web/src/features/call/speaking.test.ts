import { expect, it } from "vitest";
import { listen } from "./speaking";

const levels = (entries: Record<string, number>) => new Map(Object.entries(entries));

it("hears who is loud and not who is quiet", () => {
  const heard = listen(new Map(), levels({ ada: 0.2, bob: 0.001 }), 1_000);

  expect([...heard.keys()]).toEqual(["ada"]);
});

it("goes on through the pause between two words, but not through silence", () => {
  const heard = listen(new Map(), levels({ ada: 0.2 }), 1_000);
  const inPause = listen(heard, levels({ ada: 0 }), 1_500);
  const inSilence = listen(inPause, levels({ ada: 0 }), 2_000);

  expect(inPause.has("ada")).toBe(true);
  expect(inSilence.has("ada")).toBe(false);
});

it("forgets who left while speaking", () => {
  const heard = listen(new Map(), levels({ ada: 0.2 }), 1_000);

  expect(listen(heard, levels({}), 1_100).size).toBe(0);
});
