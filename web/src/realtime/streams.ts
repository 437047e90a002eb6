/** Ordered streams: which event is next, which is old, and where something was lost. */
import type { EventName } from "../protocol/frames";

export type Stream = "chat" | "call" | "room";

/** `next` may be applied, `duplicate` is dropped, `gap` means something before it was lost. */
export type Arrival = "next" | "duplicate" | "gap";

/** How an event numbered `seq` relates to the newest one applied; 0 when there was none. */
export function arrival(newest: number, seq: number): Arrival {
  if (seq <= newest) return "duplicate";
  return seq === newest + 1 ? "next" : "gap";
}

const STREAMS: Partial<Record<EventName, Stream>> = {
  chatMessage: "chat",
  callStarted: "call",
  participantJoined: "call",
  participantUpdated: "call",
  participantLeft: "call",
  topologyChanged: "call",
  callEnded: "call",
  roomOpened: "room",
  roomUpdated: "room",
  participantAdmitted: "room",
  participantRemoved: "room",
  peopleInvited: "room",
  roomClosed: "room",
  roomDeleted: "room",
};

/** The stream an event is numbered in; undefined for events without an order. */
export function streamOf(name: EventName): Stream | undefined {
  return STREAMS[name];
}
