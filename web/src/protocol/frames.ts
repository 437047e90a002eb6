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
  readonly topology: string;
}

/** What `signal` carries from peer to peer: one of the two. */
export type Signal =
  | { readonly description: RTCSessionDescriptionInit }
  | { readonly candidate: RTCIceCandidateInit };

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
      readonly roomPassword?: string;
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
  signal: { data: InRoom & { readonly to: string } & Signal; answer: Nothing };
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
  signal: { readonly from: string } & Signal;
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
