import { describe, expect, it } from "vitest";
import type { Sample } from "./samples";
import {
  type Level,
  settle,
  UNSETTLED,
  type Verdict,
  verdictOnOwn,
  verdictOnPeer,
} from "./verdict";

const AUDIO: Sample = {
  leg: "sub",
  peerId: "bob",
  kind: "audio",
  direction: "in",
  bitrate: 32_000,
  loss: 0,
  jitter: 0.01,
  rtt: 0.06,
  fps: null,
  height: null,
  freezes: 0,
  concealed: 0,
};
const CAMERA: Sample = { ...AUDIO, kind: "camera", bitrate: 700_000, fps: 24, height: 360 };
const SCREEN: Sample = { ...CAMERA, kind: "screen", fps: 5 };

describe("what arrives from somebody", () => {
  it.each<[string, Level, Sample[]]>([
    ["nothing is wrong", "good", [AUDIO, CAMERA, SCREEN]],
    ["there is nothing to judge yet", "good", []],
    ["a little is lost", "good", [{ ...AUDIO, loss: 0.04 }]],
    ["much is lost", "weak", [{ ...CAMERA, loss: 0.12 }]],
    ["the sound is patched", "weak", [{ ...AUDIO, concealed: 0.2 }]],
    ["it arrives unevenly", "weak", [{ ...AUDIO, jitter: 0.12 }]],
    ["a screen arrives unevenly, as screens do", "good", [{ ...SCREEN, jitter: 0.2 }]],
    ["it takes half a second", "weak", [{ ...AUDIO, rtt: 0.7 }]],
    ["how long it takes is not known", "good", [{ ...AUDIO, rtt: null }]],
    ["the picture froze", "weak", [AUDIO, { ...CAMERA, freezes: 1 }]],
    ["a camera stutters", "weak", [{ ...CAMERA, fps: 4 }]],
    ["a camera is off the page and sends nothing", "good", [{ ...CAMERA, fps: 0, bitrate: 0 }]],
    ["a screen hardly changes", "good", [{ ...SCREEN, fps: 1 }]],
  ])("when %s is %s", (_, level, samples) => {
    expect(verdictOnPeer("connected", samples)?.level).toBe(level);
  });

  it("is lost while the connection is repaired, and not judged before it is there", () => {
    expect(verdictOnPeer("interrupted", [AUDIO])?.level).toBe("lost");
    expect(verdictOnPeer("connecting", [AUDIO])).toBeNull();
    expect(verdictOnPeer(undefined, [])).toBeNull();
  });

  it("says what is wrong", () => {
    expect(verdictOnPeer("connected", [{ ...AUDIO, loss: 0.123 }])?.words).toBe(
      "The connection is weak: 12 % is lost on the way.",
    );
  });
});

describe("what goes out", () => {
  const out = (more: Partial<Sample> = {}): Sample[] => [{ ...CAMERA, direction: "out", ...more }];

  it.each<[string, Level | undefined, RTCPeerConnectionState[], Sample[], number | null]>([
    ["nobody else is here", undefined, [], [], null],
    ["all is well", "good", ["connected", "connected"], out(), 2_000_000],
    ["how much fits is not known", "good", ["connected"], out(), null],
    ["hardly anything fits", "weak", ["connected"], out(), 60_000],
    [
      "hardly anything fits and only sound is sent",
      "good",
      ["connected"],
      out({ kind: "audio" }),
      60_000,
    ],
    ["much of it is lost", "weak", ["connected"], out({ loss: 0.2 }), 2_000_000],
    ["every connection broke", "lost", ["disconnected", "failed"], [], null],
    ["one of several broke", "good", ["connected", "failed"], out(), null],
    ["it is only being made", undefined, ["connecting"], [], null],
  ])("when %s is %s", (_, level, states, samples, available) => {
    expect(verdictOnOwn(states, samples, available)?.level).toBe(level);
  });
});

describe("the mark", () => {
  const verdict = (level: Level): Verdict => ({ level, words: level });
  const shown = (levels: Level[]) => {
    let settled = UNSETTLED;
    return levels.map((level) => {
      settled = settle(settled, verdict(level));
      return settled.shown?.level;
    });
  };

  it.each<[string, Level[], Level[]]>([
    ["does not blink with one bad moment", ["good", "weak", "good"], ["good", "good", "good"]],
    ["turns weak when it stays weak", ["good", "weak", "weak"], ["good", "good", "weak"]],
    [
      "turns good when it stays good",
      ["weak", "good", "good", "good", "good"],
      ["weak", "weak", "weak", "weak", "good"],
    ],
    ["shows a loss at once, and its end", ["good", "lost", "good"], ["good", "lost", "good"]],
  ])("%s", (_, levels, expected) => {
    expect(shown(levels)).toEqual(expected);
  });

  it("goes with the connection", () => {
    expect(settle(settle(UNSETTLED, verdict("weak")), null).shown).toBeNull();
  });
});
