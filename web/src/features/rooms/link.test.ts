import { expect, it } from "vitest";
import { roomIdIn, roomPath } from "./link";

it.each([
  ["meeting123", "meeting123"],
  ["  6f1c-ab_9 ", "6f1c-ab_9"],
  ["https://meet.example.org/room/meeting123", "meeting123"],
  ["meet.example.org/room/meeting123?from=mail#x", "meeting123"],
  ["/room/a%20b", "a b"],
])("finds the room in %j", (typed, roomId) => {
  expect(roomIdIn(typed)).toBe(roomId);
});

it.each(["", "   ", "https://example.org/", "two words", "/room/%E0%A4%A"])(
  "finds none in %j",
  (typed) => {
    expect(roomIdIn(typed)).toBeNull();
  },
);

it("reads back what it wrote", () => {
  expect(roomIdIn(roomPath("a/b?c"))).toBe("a/b?c");
});
