/** A room as its stream of events tells it. Pure: what arrives goes in, the new room comes out. */
import type { EventFrame } from "../../protocol/frames";
import type { Room, RoomMember } from "../../protocol/rest";
import { arrival } from "../../realtime/streams";

export type RoomEvent = EventFrame<
  | "roomOpened"
  | "roomUpdated"
  | "participantAdmitted"
  | "participantRemoved"
  | "peopleInvited"
  | "roomClosed"
  | "roomDeleted"
>;

/**
 * The room once `event` has arrived; the same one when it contains that already.
 *
 * Null when only the server knows: something before the event was lost, or it changes what this
 * person may see.
 */
export function receive(room: Room, event: RoomEvent, ownUserId: string): Room | null {
  if (room.seq === undefined || event.seq === undefined) return null;
  const came = arrival(room.seq, event.seq);
  if (came === "duplicate") return room;
  // From outside little more than the name is seen, and what is seen changes with one's place.
  const isInside = room.role !== null;
  const next = came === "next" && isInside ? after(room, event, ownUserId) : null;
  return next === null ? null : { ...next, seq: event.seq };
}

function after(room: Room, event: RoomEvent, ownUserId: string): Room | null {
  switch (event.type) {
    case "roomUpdated": {
      const { topology, roomName, isPrivate, hasPassword, expiresAt } = event.data;
      return { ...room, roomName, isPrivate, hasPassword, expiresAt, settings: { topology } };
    }
    case "participantAdmitted": {
      const { userId, displayName, role, occurredAt } = event.data;
      const known = room.members.find((member) => member.userId === userId);
      const member = { userId, displayName, role, joinedAt: known?.joinedAt ?? occurredAt };
      return withPeople(room, room.invited, [...without(room.members, userId), member]);
    }
    case "participantRemoved": {
      const { userId } = event.data;
      if (userId === ownUserId) return null;
      const invited = room.invited.filter((each) => each !== userId);
      return withPeople(room, invited, without(room.members, userId));
    }
    case "peopleInvited": {
      const invited = [...new Set([...room.invited, ...event.data.userIds])];
      return withPeople(room, invited, room.members);
    }
    default:
      return null;
  }
}

function without(members: readonly RoomMember[], userId: string): RoomMember[] {
  return members.filter((member) => member.userId !== userId);
}

function withPeople(room: Room, invited: readonly string[], members: readonly RoomMember[]): Room {
  const participants = [...new Set([...invited, ...members.map(({ userId }) => userId)])];
  return { ...room, invited, members, participants };
}

export interface RoomLists {
  readonly mine: readonly Room[];
  /** Of other people, open to this person. */
  readonly others: readonly Room[];
}

/** As `receive`, for lists; null too when the room is in none of them. */
export function listsAfter(lists: RoomLists, event: RoomEvent, own: string): RoomLists | null {
  const { roomId } = event;
  const known = [...lists.mine, ...lists.others].find((room) => room.roomId === roomId);
  const next = known === undefined ? null : receive(known, event, own);
  if (next === null) return null;
  const replaced = (rooms: readonly Room[]) => rooms.map((room) => (room === known ? next : room));
  return { mine: replaced(lists.mine), others: replaced(lists.others) };
}
