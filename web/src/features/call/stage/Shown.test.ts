import { beforeEach, expect, it, vi } from "vitest";
import type { Heights } from "../transport";
import { Shown } from "./Shown";

let told: [string, { camera: number; screen: number }][][];
let shown: Shown;

/** An element as large as this, which jsdom would not lay out. */
function sized(width: number, height: number): HTMLElement {
  const element = document.createElement("div");
  Object.defineProperties(element, {
    clientWidth: { value: width },
    clientHeight: { value: height },
  });
  return element;
}

const settled = () => vi.advanceTimersByTime(1_000);
const see = (state: DocumentVisibilityState) => {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue(state);
  document.dispatchEvent(new Event("visibilitychange"));
  settled();
};
const bob = { peerId: "bob", kind: "camera" } as const;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("devicePixelRatio", 2);
  told = [];
  shown = new Shown((heights: Heights) => told.push([...heights]));
  const stop = shown.start();
  settled();
  told = [];
  return stop;
});

it("tells heights in device pixels, once for many changes", () => {
  shown.place(sized(320, 180), bob);
  shown.place(sized(320, 180), { peerId: "eve", kind: "camera" });
  shown.place(sized(1280, 640), { peerId: "eve", kind: "screen" });
  settled();

  expect(told).toEqual([
    [
      ["bob", { camera: 360, screen: 0 }],
      ["eve", { camera: 360, screen: 1280 }],
    ],
  ]);
});

it("asks for more when a flat tile cuts top and bottom of a camera", () => {
  shown.place(sized(640, 200), bob);
  settled();

  expect(told.at(-1)).toEqual([["bob", { camera: 720, screen: 0 }]]);
});

it("leaves out who is on another page now", () => {
  const gone = shown.place(sized(320, 180), bob);
  settled();
  gone();
  settled();

  expect(told.at(-1)).toEqual([]);
});

it("says nothing when a tile only changed its place", () => {
  const gone = shown.place(sized(320, 180), bob);
  settled();
  gone();
  shown.place(sized(320, 180), bob);
  settled();

  expect(told).toHaveLength(1);
});

it("asks for no camera while the page is hidden, but for one in a window of its own", () => {
  shown.place(sized(320, 180), bob);
  shown.place(sized(320, 180), { peerId: "eve", kind: "camera" }, { isFloating: true });
  shown.place(sized(640, 360), { peerId: "eve", kind: "screen" });

  see("hidden");
  expect(told.at(-1)).toEqual([
    ["bob", { camera: 0, screen: 0 }],
    ["eve", { camera: 360, screen: 720 }],
  ]);

  see("visible");
  expect(told.at(-1)?.[0]).toEqual(["bob", { camera: 360, screen: 0 }]);
});

it("asks for nothing while incoming video is stopped", () => {
  shown.place(sized(320, 180), bob);
  settled();
  shown.stopVideo(true);
  settled();
  expect(told.at(-1)).toEqual([]);

  shown.stopVideo(false);
  settled();
  expect(told.at(-1)).toEqual([["bob", { camera: 360, screen: 0 }]]);
});
