import { describe, expect, it } from "vitest";
import { peer } from "../../../testing/calls";
import type { CallView } from "../model";
import type { RemoteMedia } from "../transport";
import { elsewhere, pageOf } from "./pages";
import { camerasOf, largeOf, screensOf, type Wishes } from "./subjects";

const people = ["me", "bob", "eve"].map((id) => peer(id));
const call: CallView = {
  meetingId: "m",
  seq: 1,
  startedAt: "2026-01-05T10:00:00.000Z",
  ownPeerId: "me",
  topology: "mesh",
  workerId: null,
  peers: new Map(people.map((one) => [one.peerId, { ...one, screen: one.peerId !== "me" }])),
};
const track = {} as MediaStreamTrack;
const media = (screen: MediaStreamTrack | null): RemoteMedia => ({
  audio: null,
  camera: null,
  screen,
  connection: "connected",
});
const remotes = new Map([
  ["bob", media(track)],
  ["eve", media(null)],
]);

it("shows the others first and oneself last", () => {
  expect(camerasOf(call).map(({ id }) => id)).toEqual(["bob:camera", "eve:camera", "me:camera"]);
});

it("shows screens whose pictures are there, and the own one after them", () => {
  const ids = (own: MediaStreamTrack | null) => screensOf(call, remotes, own).map(({ id }) => id);

  expect(ids(null)).toEqual(["bob:screen"]);
  expect(ids(track)).toEqual(["bob:screen", "me:screen"]);
});

describe("what is large", () => {
  const cameras = camerasOf(call);
  const both = screensOf(call, remotes, track);
  const NONE: Wishes = { mode: "auto", pinned: null, chosenScreen: null, speaker: null };

  it.each([
    ["nothing while nobody shares", NONE, [], undefined],
    ["a screen as soon as there is one", NONE, both, "bob:screen"],
    ["the screen that was chosen", { ...NONE, chosenScreen: "me:screen" }, both, "me:screen"],
    [
      "the first screen once the chosen one is gone",
      { ...NONE, chosenScreen: "x" },
      both,
      "bob:screen",
    ],
    ["who is pinned, even beside a screen", { ...NONE, pinned: "eve:camera" }, both, "eve:camera"],
    [
      "who is pinned, even in the grid",
      { ...NONE, mode: "grid", pinned: "me:camera" },
      [],
      "me:camera",
    ],
    ["nobody who was pinned and left", { ...NONE, pinned: "x:camera" }, [], undefined],
    ["nothing in the grid, where a screen is a tile", { ...NONE, mode: "grid" }, both, undefined],
    ["who speaks", { ...NONE, mode: "speaker", speaker: "eve" }, [], "eve:camera"],
    [
      "never oneself while others are there",
      { ...NONE, mode: "speaker", speaker: "me" },
      [],
      "bob:camera",
    ],
    [
      "a screen before who speaks",
      { ...NONE, mode: "speaker", speaker: "eve" },
      both,
      "bob:screen",
    ],
  ] as const)("is %s", (_, wishes, screens, id) => {
    expect(largeOf(cameras, screens, wishes)?.id).toBe(id);
  });

  it("is oneself when nobody else is there", () => {
    const alone = cameras.slice(-1);

    expect(largeOf(alone, [], { ...NONE, mode: "speaker" })?.id).toBe("me:camera");
  });
});

it("says who is on the other pages, shortly", () => {
  const many = [..."abcdefg"].map((name) => ({ ...camerasOf(call)[0], id: name, name }));
  const place = pageOf(many as never, 1, { pages: 3, perPage: 3, kept: 0 });

  expect(place.here.map(({ name }) => name)).toEqual(["d", "e", "f"]);
  expect(elsewhere(place)).toBe("Page 2 of 3. On other pages: a, b, c and 1 more.");
});
