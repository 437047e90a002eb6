import { describe, expect, it } from "vitest";
import type { Sample } from "./samples";
import { hear, LISTENING, type Missing, missing, unheard } from "./silence";

/** The hint after each of these levels, 200 ms apart. */
function hints(levels: (number | null)[], isOn: boolean) {
  let listening = LISTENING;
  return levels.map((level, index) => {
    listening = hear(listening, level, isOn, index * 200);
    return listening.hint;
  });
}
const times = (count: number, level: number) => Array<number>(count).fill(level);

describe("a microphone that is on", () => {
  it("is called silent after ten seconds of nothing, until something is heard", () => {
    const said = hints([...times(52, 0), 0.01, 0], true);

    expect(said.indexOf("silent")).toBe(50);
    expect(said.slice(-3)).toEqual(["silent", null, null]);
  });

  it("is not called silent in a quiet room", () => {
    expect(hints(times(200, 0.000_4), true)).not.toContain("silent");
  });

  it("is not spoken of when there is none", () => {
    expect(hints(Array(100).fill(null), true).every((hint) => hint === null)).toBe(true);
  });
});

describe("a microphone that is muted", () => {
  it("is spoken of once a sentence was said into it", () => {
    const said = hints(times(8, 0.1), false);

    expect(said.indexOf("muted")).toBe(5);
  });

  it("is spoken of no longer when the talking is over", () => {
    const said = hints([...times(8, 0.1), ...times(32, 0)], false);

    expect(said.at(9)).toBe("muted");
    expect(said.at(-1)).toBeNull();
  });

  it.each([
    ["a cough", [...times(2, 0.5), ...times(10, 0)]],
    ["a quiet room", times(60, 0.004)],
    ["a door now and then", [0.4, 0, 0, 0, 0, 0.4, 0, 0, 0, 0, 0.4]],
  ])("is not spoken of for %s", (_, levels) => {
    expect(hints(levels, false)).not.toContain("muted");
  });
});

describe("sound that is missing", () => {
  const sound = (peerId: string, bitrate: number) =>
    ({ peerId, bitrate, kind: "audio", direction: "in" }) as Sample;
  const heardAfter = (rounds: Sample[][], unmuted = ["bob"]) => {
    const counts = rounds.reduce<Missing>(
      (last, samples) => missing(last, unmuted, samples),
      new Map(),
    );
    return [...unheard(counts)];
  };

  it("is told after some rounds without a packet", () => {
    expect(heardAfter(Array(4).fill([sound("bob", 0)]))).toEqual([]);
    expect(heardAfter(Array(5).fill([sound("bob", 0)]))).toEqual(["bob"]);
    expect(heardAfter(Array(5).fill([]))).toEqual(["bob"]);
  });

  it("is not told of those who are heard or muted", () => {
    expect(heardAfter([...Array(9).fill([]), [sound("bob", 900)]])).toEqual([]);
    expect(heardAfter(Array(9).fill([]), [])).toEqual([]);
  });
});
