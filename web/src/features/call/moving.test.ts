import { describe, expect, it } from "vitest";
import { peer } from "../../testing/calls";
import { advance, awaitedOf, isOver, type Move, moveBegins, type Seen, shownOf } from "./moving";
import type { RemoteMedia } from "./transport";

const BOB = { ...peer("bob"), audio: true, video: true };
const BOTH = new Map([["bob", new Set(["audio", "camera"] as const)]]);
const CAMERA = new Map([["bob", new Set(["camera"] as const)]]);
const NONE = new Map();

/** A move that began at 0, after looks at it. */
function move(...looks: Seen[]): Move {
  return looks.reduce(advance, moveBegins(0));
}

function look(now: number, more: Partial<Seen> = {}): Seen {
  return { now, isConnected: true, flowing: NONE, awaited: BOTH, ...more };
}

function tracks(name: string): RemoteMedia {
  const track = (kind: string) => ({ id: `${name} ${kind}` }) as MediaStreamTrack;
  return {
    audio: track("audio"),
    camera: track("camera"),
    screen: track("screen"),
    connection: "connected",
  };
}

const OLD = new Map([["bob", tracks("old")]]);
const NEXT = new Map([["bob", tracks("next")]]);

describe("what is shown", () => {
  const shown = (moving: Move) => {
    const { audio, camera, screen } = shownOf(moving, OLD, NEXT).get("bob") ?? {};
    return [audio, camera, screen].map((track) => track?.id.split(" ")[0]);
  };

  it("is the old way's while nothing has come over the new one", () => {
    expect(shown(move())).toEqual(["old", "old", "old"]);
  });

  it("moves track by track, each when something of it has come", () => {
    expect(shown(move(look(100, { flowing: CAMERA })))).toEqual(["old", "next", "old"]);
  });

  it("never goes back", () => {
    const moving = move(look(100, { flowing: CAMERA }), look(200));

    expect(shown(moving)).toEqual(["old", "next", "old"]);
  });

  it("of somebody who came during the move is the new way's", () => {
    expect(shownOf(move(), new Map(), NEXT)).toEqual(NEXT);
  });

  it("of somebody who left during the move is nothing", () => {
    expect(shownOf(move(), OLD, new Map())).toEqual(new Map());
  });

  it("is connected while one of the ways is", () => {
    const connecting = new Map([["bob", { ...tracks("next"), connection: "connecting" as const }]]);

    expect(shownOf(move(), OLD, connecting).get("bob")?.connection).toBe("connected");
  });
});

describe("the old way", () => {
  it("stays for a moment after everything has moved: the others may still need it", () => {
    const moving = move(look(100, { flowing: BOTH }), look(1_000));

    expect(isOver(moving, 2_000)).toBe(false);
    expect(isOver(moving, 2_100)).toBe(true);
  });

  it("is closed ten seconds after the new one is there, whatever has not come", () => {
    const moving = move(look(500, { isConnected: false }), look(3_000, { flowing: CAMERA }));

    expect(isOver(moving, 12_900)).toBe(false);
    expect(isOver(moving, 13_000)).toBe(true);
  });

  it("stays longer while the new one is not there, but not for ever", () => {
    const moving = move(look(20_000, { isConnected: false, awaited: NONE }));

    expect(isOver(moving, 29_900)).toBe(false);
    expect(isOver(moving, 30_000)).toBe(true);
  });

  it("is needed again by somebody who turns something on during the move", () => {
    const moving = move(look(100, { awaited: NONE }), look(1_000, { awaited: CAMERA }));

    expect(isOver(moving, 3_000)).toBe(false);
  });
});

describe("what would be missed", () => {
  const heights = (camera: number, screen = 0) => new Map([["bob", { camera, screen }]]);

  it("is what somebody says they send", () => {
    expect(awaitedOf([BOB], OLD, null)).toEqual(BOTH);
    expect(awaitedOf([peer("bob")], OLD, null)).toEqual(new Map([["bob", new Set()]]));
  });

  it("is no picture that is hidden", () => {
    const sharing = { ...BOB, screen: true };

    expect(awaitedOf([sharing], OLD, heights(0, 720))).toEqual(
      new Map([["bob", new Set(["audio", "screen"])]]),
    );
  });

  it("is nothing of somebody whom the old way did not reach, or who is cut off", () => {
    expect(awaitedOf([BOB], NONE, null)).toEqual(NONE);
    expect(awaitedOf([{ ...BOB, state: "reconnecting" }], OLD, null)).toEqual(NONE);
  });
});
