/** The frames of docs/realtime.md: every command with its answer, and every event. */
import type { ChatMessage, Notification, ProblemDocument, RoomRole, Topology } from "./rest";

export const SUBPROTOCOL = "convo.v1";

export interface Peer {
  readonly peerId: string;
  readonly userId: string;
  readonly displayName: string;
  readonly role: RoomRole;
  readonly state: "connected" | "reconnecting";
  readonly audio: boolean;
  readonly video: boolean;
  readonly screen: boolean;
  readonly handRaisedAt: string | null;
  readonly joinedAt: string;
}

export interface CallSnapshot {
  readonly meetingId: string;
  readonly seq: number;
  readonly startedAt: string;
  /** Everybody in the call, you included. */
  readonly peers: readonly Peer[];
}

export interface ChatCatchUp {
  /** Oldest first, at most 200. */
  readonly chat: readonly ChatMessage[];
  /** The newest number there is; when `chat` ends earlier, ask again. */
  readonly chatSeq: number;
}

/** The chat is left out while its service is away: the call does not wait for it. */
export interface JoinAnswer extends Partial<ChatCatchUp> {
  readonly peerId: string;
  readonly call: CallSnapshot;
  readonly iceServers: RTCIceServer[];
  /** `mesh`, `sfu` or a later one. */
  readonly topology: string;
  /** Which media worker carries the call; null in a mesh. */
  readonly workerId: string | null;
}

/** What `signal` carries from peer to peer: one of the two. */
export type Signal =
  | { readonly description: RTCSessionDescriptionInit }
  | { readonly candidate: RTCIceCandidateInit };

/** Where a `signal` goes that is for the call's media worker, and not for a peer. */
export const TO_WORKER = "sfu";

/** A peer's two connections to a media worker: what it sends, and what it gets. */
export type Leg = "pub" | "sub";

/** `pub` is offered by the client, `sub` by the worker. */
export interface LegSignal {
  readonly to: typeof TO_WORKER;
  readonly leg: Leg;
  readonly description: RTCSessionDescriptionInit;
}

/** The three things a peer sends. */
export const KINDS = ["audio", "camera", "screen"] as const;
export type Kind = (typeof KINDS)[number];

/** A track of another peer, as a media section carries it. */
export interface Slot {
  readonly peerId: string;
  readonly kind: Kind;
}

export interface Want extends Slot {
  /** Device pixels at which it is shown; 0 keeps its place and asks for nothing. */
  readonly height?: number;
}

export interface Subscribed {
  /** Left out when nothing has to be negotiated. */
  readonly description?: RTCSessionDescriptionInit;
  /** By `mid`, everything the connection carries. */
  readonly slots: Readonly<Record<string, Slot>>;
}

export interface MediaFlags {
  readonly audio: boolean;
  readonly video: boolean;
  readonly screen: boolean;
}

interface InRoom {
  readonly roomId: string;
}
type Nothing = Readonly<Record<string, never>>;

/** Command name to what it sends and what it is answered. */
export interface Commands {
  connect: {
    data: { readonly token: string };
    answer: { readonly connectionId: string; readonly heartbeatSeconds: number };
  };
  ping: { data: Nothing; answer: Nothing };
  joinRoom: {
    data: InRoom & {
      readonly after?: { readonly chat: number };
      readonly audio: boolean;
      readonly video: boolean;
      /** The one this session had: nobody then sees it leave. */
      readonly peerId?: string;
    };
    answer: JoinAnswer;
  };
  leaveRoom: { data: InRoom; answer: Nothing };
  mediaState: { data: InRoom & Partial<MediaFlags>; answer: Nothing };
  raiseHand: { data: InRoom; answer: Nothing };
  lowerHand: { data: InRoom; answer: Nothing };
  signal: {
    data: InRoom & (({ readonly to: string } & Signal) | LegSignal);
    /** The worker's answer to an offer of the `pub` leg. */
    answer: { readonly description?: RTCSessionDescriptionInit };
  };
  subscribe: {
    /** Everything that is wanted from now on; it may be said again. */
    data: InRoom & { readonly tracks: readonly Want[]; readonly restart?: true };
    answer: Subscribed;
  };
  followRoom: {
    data: InRoom & { readonly after?: { readonly chat: number } };
    answer: ChatCatchUp;
  };
  unfollowRoom: { data: InRoom; answer: Nothing };
  chatMessage: {
    data: InRoom & { readonly message: string; readonly clientId: string };
    answer: { readonly messageId: string; readonly seq: number; readonly timestamp: string };
  };
  typing: { data: InRoom; answer: Nothing };
  watchPresence: {
    data: { readonly userIds: readonly string[] };
    answer: { readonly statuses: Readonly<Record<string, PresenceStatus>> };
  };
}

export type PresenceStatus = "online" | "offline";

/** Event name to its data. */
export interface Events {
  chatMessage: Omit<ChatMessage, "seq">;
  callStarted: { readonly meetingId: string; readonly startedBy: string };
  callEnded: { readonly meetingId: string; readonly durationSeconds: number };
  participantJoined: { readonly meetingId: string; readonly peer: Peer };
  participantUpdated: { readonly meetingId: string; readonly peer: Peer };
  participantLeft: {
    readonly meetingId: string;
    readonly peerId: string;
    readonly userId: string;
    readonly reason: string;
  };
  topologyChanged: {
    readonly meetingId: string;
    readonly topology: string;
    readonly workerId: string | null;
  };
  signal: { readonly from: string } & Signal;
  /** The greatest height at which anybody shows this peer's track now; 0: nobody does. */
  trackWatched: { readonly kind: Kind; readonly height: number };
  typing: { readonly userId: string; readonly displayName: string };
  roomOpened: unknown;
  roomUpdated: {
    readonly roomName: string;
    readonly isPrivate: boolean;
    readonly hasPassword: boolean;
    readonly expiresAt: string | null;
    readonly topology: Topology;
  };
  roomClosed: { readonly reason: string; readonly durationSeconds: number | null };
  roomDeleted: unknown;
  participantAdmitted: {
    readonly userId: string;
    readonly displayName: string;
    readonly role: RoomRole;
    readonly occurredAt: string;
  };
  participantRemoved: { readonly userId: string; readonly reason: string };
  peopleInvited: { readonly inviterName: string; readonly userIds: readonly string[] };
  presence: { readonly userId: string; readonly status: PresenceStatus };
  profileUpdated: {
    readonly userId: string;
    readonly fullName: string | null;
    readonly profilePicture: string | null;
  };
  notification: Notification;
  /** Another device of this person marked it read; null when it marked all. */
  notificationRead: { readonly id: string | null };
  /** Events may have been lost: to be asked for again, in its room or where there is none in all. */
  resync: Nothing;
}

export type CommandName = keyof Commands;
export type EventName = keyof Events;

/** An event as it arrives; `roomId` and `seq` are there on ordered streams. */
export type EventFrame<Name extends EventName = EventName> = {
  [N in Name]: {
    readonly type: N;
    readonly roomId?: string;
    readonly seq?: number;
    readonly data: Events[N];
  };
}[Name];

export type AnswerFrame =
  | { readonly re: number; readonly type: "ok"; readonly data: unknown }
  | { readonly re: number; readonly type: "error"; readonly error: ProblemDocument };

export type ServerFrame = AnswerFrame | EventFrame;

/** Why the server closed the socket; the numbers of docs/realtime.md. */
export const CloseCode = {
  malformed: 4400,
  unauthenticated: 4401,
  removed: 4403,
  silent: 4408,
  frameTooLarge: 4413,
  tooManyFrames: 4429,
  serverGoesAway: 4503,
} as const;
