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

it("gives places to what is shown before what is hidden, when there are many", () => {
  const crowd = Array.from({ length: 100 }, (_, index) => peer(`p${index}`));
  const wants = wantsOf(crowd, new Map([["p99", { camera: 180, screen: 0 }]]));

  const cameras = wants.filter(({ kind }) => kind === "camera").map(({ peerId }) => peerId);
  expect(wants.filter(({ kind }) => kind === "audio")).toHaveLength(100);
  expect(cameras).toHaveLength(64);
  expect(cameras).toContain("p0");
  expect(cameras).toContain("p99");
});
