import { describe, expect, it } from "vitest";
import type { Room } from "../../protocol/rest";
import { listsAfter, type RoomEvent, receive } from "./model";

const LATER = "2026-01-05T11:00:00.000Z";
const ada = { userId: "ada", displayName: "Ada", role: "host", joinedAt: LATER } as const;
const bob = { userId: "bob", displayName: "Bob", role: "participant", joinedAt: LATER } as const;

const ROOM: Room = {
  roomId: "r",
  roomName: "Tea",
  host: "ada",
  hostName: "Ada",
  status: "active",
  isPrivate: false,
  hasPassword: false,
  participants: ["cyd", "ada"],
  invited: ["cyd"],
  members: [ada],
  present: [],
  settings: { topology: "auto" },
  role: "host",
  startTime: null,
  endTime: null,
  expiresAt: null,
  createdAt: LATER,
  updatedAt: LATER,
  seq: 4,
};

const updated = (seq?: number): RoomEvent => ({
  type: "roomUpdated",
  roomId: "r",
  ...(seq === undefined ? {} : { seq }),
  data: {
    roomName: "Coffee",
    isPrivate: true,
    hasPassword: true,
    expiresAt: null,
    topology: "sfu",
  },
});
const admitted = (userId: string, seq: number): RoomEvent => ({
  type: "participantAdmitted",
  roomId: "r",
  seq,
  data: { userId, displayName: "Bob", role: "participant", occurredAt: LATER },
});
const removed = (userId: string, seq: number): RoomEvent => ({
  type: "participantRemoved",
  roomId: "r",
  seq,
  data: { userId, reason: "left" },
});
const invited = (seq: number, ...userIds: string[]): RoomEvent => ({
  type: "peopleInvited",
  roomId: "r",
  seq,
  data: { inviterName: "Ada", userIds },
});

/** The room after these, each of which must be the next one. */
function fold(...events: RoomEvent[]): Room {
  return events.reduce((room, event) => receive(room, event, "ada") ?? expect.unreachable(), ROOM);
}

describe("the next event", () => {
  it("is folded in: name and settings", () => {
    expect(fold(updated(5))).toMatchObject({
      roomName: "Coffee",
      isPrivate: true,
      hasPassword: true,
      settings: { topology: "sfu" },
      seq: 5,
    });
  });

  it("is folded in: who comes, once, and with a new name at the same time as before", () => {
    const room = fold(admitted("bob", 5), admitted("bob", 6));

    expect(room.members).toEqual([ada, bob]);
    expect(room.participants).toEqual(["cyd", "ada", "bob"]);
  });

  it("is folded in: who is invited, and who goes", () => {
    expect(fold(invited(5, "eve", "cyd")).participants).toEqual(["cyd", "eve", "ada"]);
    expect(fold(admitted("cyd", 5), removed("cyd", 6))).toMatchObject({
      participants: ["ada"],
      invited: [],
      members: [ada],
      seq: 6,
    });
  });

  it.each(["roomClosed", "roomDeleted", "roomOpened"] as const)("is asked about: %s", (type) => {
    expect(receive(ROOM, { type, roomId: "r", seq: 5, data: {} } as RoomEvent, "ada")).toBeNull();
  });

  it("is asked about where it is about this person, or they see the room from outside", () => {
    expect(receive(ROOM, removed("ada", 5), "ada")).toBeNull();
    expect(receive({ ...ROOM, role: null }, updated(5), "ada")).toBeNull();
  });
});

describe("an event", () => {
  it("that is contained changes nothing", () => {
    expect(receive(ROOM, updated(4), "ada")).toBe(ROOM);
    expect(receive(ROOM, updated(1), "ada")).toBe(ROOM);
  });

  it("after a gap is asked about, as is one whose place is not known", () => {
    expect(receive(ROOM, updated(6), "ada")).toBeNull();
    expect(receive(ROOM, updated(), "ada")).toBeNull();
    const { seq: _, ...fromAnOlderServer } = ROOM;
    expect(receive(fromAnOlderServer, updated(5), "ada")).toBeNull();
  });
});

describe("lists", () => {
  const other = { ...ROOM, roomId: "x" };

  it("change where the room is, and only there", () => {
    const lists = { mine: [other], others: [ROOM] };

    const next = listsAfter(lists, updated(5), "ada");

    expect(next?.mine).toEqual([other]);
    expect(next?.others[0]?.roomName).toBe("Coffee");
  });

  it("are asked for when they lack the room, or something was lost", () => {
    expect(listsAfter({ mine: [other], others: [] }, updated(5), "ada")).toBeNull();
    expect(listsAfter({ mine: [ROOM], others: [] }, updated(9), "ada")).toBeNull();
  });
});
