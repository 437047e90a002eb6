import { expect, it } from "vitest";
import { peer } from "../../testing/calls";
import { wantsOf } from "./wants";

const at = (camera: number) => new Map([["bob", { camera, screen: 0 }]]);
const cameraOf = (height: number) => wantsOf([peer("bob")], at(height))[1]?.height;

it("wants the camera at the height that is shown, rounded up so that a pixel is no news", () => {
  expect([1, 180, 181, 700, 5_000].map(cameraOf)).toEqual([90, 180, 270, 720, 2160]);
});

it("keeps the place of a camera that is hidden, and always wants the sound", () => {
  expect(wantsOf([peer("bob")], new Map())).toEqual([
    { peerId: "bob", kind: "audio" },
    { peerId: "bob", kind: "camera", height: 0 },
  ]);
});

it("names no height while it is not known what is shown", () => {
  expect(wantsOf([{ ...peer("bob"), screen: true }], null)).toEqual([
    { peerId: "bob", kind: "audio" },
    { peerId: "bob", kind: "camera" },
    { peerId: "bob", kind: "screen" },
  ]);
});
