/** Who is in the call, folded from the call stream. Pure; React and the transport follow it. */
import { inWords, Problem } from "../../api/problem";
import type { EventFrame, EventName, JoinAnswer, Peer } from "../../protocol/frames";
import { type Arrival, arrival } from "../../realtime/streams";

export interface CallView {
  readonly meetingId: string;
  /** The newest event of the call stream that is contained. */
  readonly seq: number;
  readonly startedAt: string;
  readonly ownPeerId: string;
  readonly peers: ReadonlyMap<string, Peer>;
  readonly topology: string;
  /** Null in a mesh. */
  readonly workerId: string | null;
}

export type CallEvent = EventFrame<(typeof CALL_EVENTS)[number]>;

export const CALL_EVENTS = [
  "callStarted",
  "participantJoined",
  "participantUpdated",
  "participantLeft",
  "topologyChanged",
  "callEnded",
] as const satisfies readonly EventName[];

/** The call as `joinRoom` told it. */
export function entered({ peerId, call, topology, workerId }: JoinAnswer): CallView {
  return {
    meetingId: call.meetingId,
    seq: call.seq,
    startedAt: call.startedAt,
    ownPeerId: peerId,
    peers: new Map(call.peers.map((peer) => [peer.peerId, peer])),
    topology,
    workerId,
  };
}

/** The call once `event` has arrived; on a `gap` the view is as it was and must be fetched anew. */
export function receive(
  view: CallView,
  event: CallEvent,
): { readonly view: CallView; readonly arrival: Arrival } {
  const came = arrival(view.seq, event.seq ?? 0);
  if (came !== "next") return { view, arrival: came };
  const peers = peersAfter(view.peers, event);
  return { view: { ...view, ...wayAfter(view, event), seq: view.seq + 1, peers }, arrival: came };
}

function peersAfter(peers: ReadonlyMap<string, Peer>, event: CallEvent): ReadonlyMap<string, Peer> {
  const next = new Map(peers);
  switch (event.type) {
    case "participantJoined":
    case "participantUpdated":
      next.set(event.data.peer.peerId, event.data.peer);
      break;
    case "participantLeft":
      next.delete(event.data.peerId);
      break;
    case "callEnded":
      next.clear();
      break;
    case "callStarted":
    case "topologyChanged":
      return peers;
    default:
      event satisfies never;
  }
  return next;
}

function wayAfter(view: CallView, event: CallEvent): Pick<CallView, "topology" | "workerId"> {
  const { topology, workerId } = event.type === "topologyChanged" ? event.data : view;
  return { topology, workerId };
}

/** The others, in the order they came, so that tiles do not jump. */
export function others({ peers, ownPeerId }: CallView): Peer[] {
  return [...peers.values()]
    .filter(({ peerId }) => peerId !== ownPeerId)
    .sort((one, other) => one.joinedAt.localeCompare(other.joinedAt));
}

/** Raised hands, the longest waiting first. */
export function raisedHands({ peers }: CallView): Peer[] {
  return [...peers.values()]
    .filter(({ handRaisedAt }) => handRaisedAt !== null)
    .sort((one, other) => (one.handRaisedAt ?? "").localeCompare(other.handRaisedAt ?? ""));
}

/** Why a call is over for this person. */
export type Ending =
  | { readonly reason: "left" }
  | { readonly reason: "closed" }
  | { readonly reason: "deleted" }
  | { readonly reason: "removed" }
  /** Joined from another tab of this browser, which took the place over. */
  | { readonly reason: "moved" }
  | { readonly reason: "refused"; readonly message: string };

/**
 * How `event` ends the call for this peer, or null when it does not.
 *
 * Only a peer that was `lost` may come back; every other way to go is for good, also one that
 * is not known yet.
 */
export function endingBy({ ownPeerId }: CallView, event: CallEvent): Ending | null {
  if (event.type !== "participantLeft" || event.data.peerId !== ownPeerId) return null;
  switch (event.data.reason) {
    case "lost":
      return null;
    case "replaced":
      return { reason: "moved" };
    case "removed":
      return { reason: "removed" };
    case "room-closed":
      return { reason: "closed" };
    default:
      return { reason: "left" };
  }
}

/** How a `joinRoom` that was refused for good ends the call. */
export function endingByRefusal(refused: unknown): Ending {
  const isElsewhere = refused instanceof Problem && refused.code === "goes-on-elsewhere";
  return isElsewhere ? { reason: "moved" } : { reason: "refused", message: inWords(refused) };
}
