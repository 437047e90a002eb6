import { describe, expect, it } from "vitest";
import { arrival, streamOf } from "./streams";

describe("arrival", () => {
  it("takes the number that follows", () => {
    expect(arrival(4, 5)).toBe("next");
    expect(arrival(0, 1)).toBe("next");
  });

  it("drops what came before, and the same again", () => {
    expect(arrival(4, 4)).toBe("duplicate");
    expect(arrival(4, 1)).toBe("duplicate");
  });

  it("sees that something was lost", () => {
    expect(arrival(4, 6)).toBe("gap");
    expect(arrival(0, 2)).toBe("gap");
  });
});

describe("streamOf", () => {
  it("knows the three ordered streams and leaves the rest alone", () => {
    expect(streamOf("chatMessage")).toBe("chat");
    expect(streamOf("participantLeft")).toBe("call");
    expect(streamOf("roomClosed")).toBe("room");
    expect(streamOf("typing")).toBeUndefined();
  });
});
