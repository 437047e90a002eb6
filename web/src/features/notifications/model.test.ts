import { expect, it } from "vitest";
import type { Notification } from "../../protocol/rest";
import { ago, allRead, arrived, marked, unread } from "./model";

function notification(id: string, createdAt: string, status: "unread" | "read" = "unread") {
  return { id, createdAt, status, type: "invitation", message: id, relatedRoomId: null };
}
const OLD = notification("old", "2026-01-01T10:00:00.000Z");
const NEW = notification("new", "2026-01-01T11:00:00.000Z");
const ids = (list: readonly Notification[]) => list.map(({ id }) => id);

it("shows the newest first, even when it was delivered late", () => {
  expect(ids(arrived([NEW], OLD))).toEqual(["new", "old"]);
});

it("shows one that was delivered twice once", () => {
  expect(ids(arrived(arrived([OLD], NEW), NEW))).toEqual(["new", "old"]);
});

it("counts what is unread down to nothing", () => {
  const list = [NEW, OLD];

  expect(unread(list)).toBe(2);
  expect(unread(marked(list, "old", "read"))).toBe(1);
  expect(unread(allRead(list))).toBe(0);
});

it.each([
  [30_000, "now"],
  [5 * 60_000, "5 min"],
  [3 * 3_600_000, "3 h"],
])("says how long ago: %i ms", (age, said) => {
  expect(ago(OLD.createdAt, Date.parse(OLD.createdAt) + age)).toBe(said);
});
