/** The shapes of docs/rest.md. Times are RFC 3339 UTC, ids are opaque. */

export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Stable and kebab-case; what programs compare. */
  readonly code: string;
  readonly traceId?: string;
  /** There on 422 only. */
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

/** The signed-in person. */
export interface Profile {
  readonly userId: string;
  readonly username: string;
  readonly email: string;
  readonly fullName: string | null;
  readonly profilePicture: string | null;
  readonly contact?: string | null;
  readonly roles: readonly string[];
  readonly lastLogin?: string | null;
  readonly createdAt?: string;
}

/** What everybody may see of a person. */
export interface Person {
  readonly userId: string;
  readonly username: string;
  readonly fullName: string | null;
  readonly profilePicture: string | null;
}

export interface Grant {
  readonly token: string;
  /** Seconds the token is good for. */
  readonly expiresIn: number;
  readonly user: Profile;
}

export type RoomRole = "host" | "participant";
export type Topology = "auto" | "mesh" | "sfu";

export interface RoomMember {
  readonly userId: string;
  readonly displayName: string;
  readonly role: RoomRole;
  readonly joinedAt: string;
}

export interface Room {
  readonly roomId: string;
  readonly roomName: string;
  readonly host: string;
  readonly hostName: string;
  readonly status: "active" | "finished";
  readonly isPrivate: boolean;
  readonly hasPassword: boolean;
  /** Everybody invited or admitted. */
  readonly participants: readonly string[];
  readonly invited: readonly string[];
  readonly members: readonly RoomMember[];
  /** In the call now. */
  readonly present: readonly string[];
  readonly settings: { readonly topology: Topology };
  /** Yours; null for a room you were not admitted to. */
  readonly role: RoomRole | null;
  readonly startTime: string | null;
  readonly endTime: string | null;
  readonly expiresAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** The newest event of the room stream that is contained; not there from an older server. */
  readonly seq?: number;
}

export interface NewRoom {
  readonly roomName: string;
  readonly participants?: readonly string[];
  readonly isPrivate?: boolean;
  readonly roomPassword?: string;
}

export interface RoomChange {
  readonly roomName?: string;
  readonly isPrivate?: boolean;
  /** null removes the password. */
  readonly roomPassword?: string | null;
}

export interface Meeting {
  readonly meetingId: string;
  readonly roomId: string;
  readonly roomName: string;
  readonly hostId: string;
  readonly participants: readonly string[];
  readonly startTime: string;
  readonly endTime: string | null;
  readonly durationSeconds: number | null;
}

export interface ChatMessage {
  readonly id: string;
  /** Its place in the room's chat: 1, 2, 3 … without a gap. */
  readonly seq: number;
  readonly sender: string;
  readonly senderName: string;
  readonly message: string;
  readonly messageType: string;
  readonly timestamp: string;
  readonly clientId: string | null;
  readonly replyTo?: string | null;
}

/** What the others wrote, in numbers. */
export interface ChatDigest {
  /** At most 1,000. */
  readonly messages: number;
  readonly namingYou: number;
  /** `seq` of the oldest one counted. */
  readonly first: number | null;
  readonly firstNamingYou: number | null;
  readonly newest: number;
  /** There are older ones that were not counted. */
  readonly isMore: boolean;
}

export interface Notification {
  readonly id: string;
  readonly type: string;
  readonly message: string;
  readonly relatedRoomId: string | null;
  readonly status: "unread" | "read";
  readonly createdAt: string;
}

export interface UploadTicket {
  readonly fileId: string;
  readonly upload: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
  };
}

export interface StoredFile {
  readonly fileId: string;
  readonly path: string;
}

export interface DayCounts {
  readonly users: number;
  readonly rooms: number;
  readonly meetings: number;
  readonly messages: number;
}

export interface AnalyticsSummary {
  readonly totals: DayCounts;
  readonly days: readonly (DayCounts & { readonly day: string })[];
}

/** How one track arrived, over ten seconds. */
export interface CallQualitySample {
  /** `mesh`, or which of the two connections to a media worker. */
  readonly leg: "mesh" | "pub" | "sub";
  /** Who it is of, or in a mesh goes to; null for what goes to the worker. */
  readonly peerId: string | null;
  readonly kind: "audio" | "camera" | "screen";
  readonly direction: "in" | "out";
  /** bit/s. */
  readonly bitrate: number;
  /** 0 to 1. */
  readonly loss: number;
  /** Seconds. */
  readonly jitter: number;
  /** Seconds, or null when it is not known. */
  readonly rtt: number | null;
  readonly fps: number | null;
  /** Pixels. */
  readonly height: number | null;
  /** How often the picture stood still. */
  readonly freezes: number;
  /** 0 to 1: how much of the sound was made up for what did not arrive. */
  readonly concealed: number;
  readonly at: string;
}

export interface CallQuality {
  /** A batch that comes again is kept once. */
  readonly batchId: string;
  readonly roomId: string;
  readonly meetingId: string;
  /** At most 300. */
  readonly samples: readonly CallQualitySample[];
}
