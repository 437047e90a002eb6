/** Messages that have not reached the server, kept in this tab over a reload of its page. */
import type { PendingMessage } from "./model";

const PREFIX = "convo.unsent.";

/** What this person had not sent in this room, oldest first; all but what was refused waits. */
export function unsent(userId: string, roomId: string): PendingMessage[] {
  const kept = sessionStorage.getItem(keyOf(userId, roomId));
  if (kept === null) return [];
  const messages = JSON.parse(kept) as PendingMessage[];
  return messages.map((message) =>
    message.status === "refused" ? message : { ...message, status: "waiting" },
  );
}

export function keepUnsent(
  userId: string,
  roomId: string,
  messages: readonly PendingMessage[],
): void {
  const key = keyOf(userId, roomId);
  try {
    if (messages.length === 0) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(messages));
  } catch {
    // The storage is full: they are still sent, only a reload loses them.
  }
}

/** For signing out: the next person at this machine must not find them. */
export function forgetUnsent(): void {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  }
}

function keyOf(userId: string, roomId: string): string {
  return `${PREFIX}${userId}.${roomId}`;
}
