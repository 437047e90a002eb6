/** A room's chat as this client knows it. Pure: what arrives goes in, the new state comes out. */
import type { ChatMessage } from "../../protocol/rest";

/**
 * Why a message is not on its way: it is `waiting` for the connection, was `lost` to a server in
 * trouble, which is tried again with the next connection, or `refused`, which is for good.
 */
export type Unsent = "waiting" | "lost" | "refused";

export interface PendingMessage {
  /** Stays the same over retries, so that the room sees the message once. */
  readonly clientId: string;
  readonly text: string;
  readonly startedAt: number;
  readonly status: "sending" | Unsent;
  /** Why, when it was refused. */
  readonly reason?: string;
}

export interface ChatState {
  /** By `seq`, each once. */
  readonly messages: readonly ChatMessage[];
  /** The newest number the server told of; more than we hold means something is missing. */
  readonly newestSeq: number;
  /** Numbers after which the server has nothing, though the count says so: not asked again. */
  readonly emptyAfter: ReadonlySet<number>;
  readonly pending: readonly PendingMessage[];
  readonly isLoaded: boolean;
  /** Everything up to here was on the screen. */
  readonly seenSeq: number;
}

export const EMPTY_CHAT: ChatState = {
  messages: [],
  newestSeq: 0,
  emptyAfter: new Set(),
  pending: [],
  isLoaded: false,
  seenSeq: 0,
};

/** Add messages in any order; those already there change nothing. */
export function receive(
  state: ChatState,
  arrived: readonly ChatMessage[],
  newestSeq = 0,
): ChatState {
  const known = new Set(state.messages.map(({ seq }) => seq));
  const fresh = arrived.filter(({ seq }) => !known.has(seq) && known.add(seq));
  const highest = fresh.reduce((most, { seq }) => Math.max(most, seq), 0);
  const confirmed = new Set(fresh.map(({ clientId }) => clientId));
  return {
    ...state,
    messages:
      fresh.length === 0
        ? state.messages
        : [...state.messages, ...fresh].sort((one, other) => one.seq - other.seq),
    newestSeq: Math.max(state.newestSeq, newestSeq, highest),
    pending: state.pending.filter(({ clientId }) => !confirmed.has(clientId)),
  };
}

/** The first load: what is there already does not count as unread. */
export function loaded(
  state: ChatState,
  messages: readonly ChatMessage[],
  newestSeq: number,
): ChatState {
  const next = { ...receive(state, messages, newestSeq), isLoaded: true };
  return state.isLoaded ? next : { ...next, seenSeq: next.newestSeq };
}

/** The number after which messages are missing, or null when nothing is. */
export function missingAfter({ messages, newestSeq, emptyAfter }: ChatState): number | null {
  for (const [index, { seq }] of messages.entries()) {
    const next = messages[index + 1]?.seq ?? newestSeq + 1;
    if (next > seq + 1 && !emptyAfter.has(seq)) return seq;
  }
  return messages.length === 0 && newestSeq > 0 && !emptyAfter.has(0) ? 0 : null;
}

/** The server has nothing between `seq` and the next message we hold. */
export function nothingAfter(state: ChatState, seq: number): ChatState {
  return { ...state, emptyAfter: new Set(state.emptyAfter).add(seq) };
}

export function hasOlder({ messages }: ChatState): boolean {
  return (messages[0]?.seq ?? 1) > 1;
}

export function sending(state: ChatState, message: PendingMessage): ChatState {
  const others = state.pending.filter(({ clientId }) => clientId !== message.clientId);
  return { ...state, pending: [...others, message] };
}

export function notSent(
  state: ChatState,
  clientId: string,
  status: Unsent,
  reason?: string,
): ChatState {
  return {
    ...state,
    pending: state.pending.map((message) =>
      message.clientId === clientId
        ? { ...message, status, ...(reason === undefined ? {} : { reason }) }
        : message,
    ),
  };
}

export function discarded(state: ChatState, clientId: string): ChatState {
  return { ...state, pending: state.pending.filter((message) => message.clientId !== clientId) };
}

export function seen(state: ChatState): ChatState {
  return state.seenSeq === state.newestSeq ? state : { ...state, seenSeq: state.newestSeq };
}

export function unreadCount({ messages, seenSeq }: ChatState, ownUserId: string): number {
  return messages.filter(({ seq, sender }) => seq > seenSeq && sender !== ownUserId).length;
}

export interface MessageGroup {
  readonly sender: string;
  readonly senderName: string;
  readonly messages: readonly ChatMessage[];
  /** The first group of its day. */
  readonly startsDay: boolean;
}

const SAME_BREATH_MS = 5 * 60_000;

/** Messages one person wrote within five minutes of each other, under one name. */
export function grouped(messages: readonly ChatMessage[]): MessageGroup[] {
  const groups: (MessageGroup & { messages: ChatMessage[] })[] = [];
  let last: ChatMessage | undefined;
  for (const message of messages) {
    const isNewDay = last === undefined || dayOf(last) !== dayOf(message);
    const isClose =
      last !== undefined &&
      Date.parse(message.timestamp) - Date.parse(last.timestamp) < SAME_BREATH_MS;
    const group = groups.at(-1);
    if (group?.sender === message.sender && isClose && !isNewDay) group.messages.push(message);
    else {
      const { sender, senderName } = message;
      groups.push({ sender, senderName, messages: [message], startsDay: isNewDay });
    }
    last = message;
  }
  return groups;
}

function dayOf({ timestamp }: ChatMessage): string {
  return new Date(timestamp).toDateString();
}
