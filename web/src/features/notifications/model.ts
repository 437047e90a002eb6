/** The list behind the bell. Pure. */
import type { Notification } from "../../protocol/rest";

/** Newest first; one that came before (delivery may repeat) replaces its older self. */
export function arrived(list: readonly Notification[], notification: Notification): Notification[] {
  return [notification, ...list.filter(({ id }) => id !== notification.id)].sort((one, other) =>
    other.createdAt.localeCompare(one.createdAt),
  );
}

export function marked(
  list: readonly Notification[],
  id: string,
  status: Notification["status"],
): Notification[] {
  return list.map((one) => (one.id === id ? { ...one, status } : one));
}

export function allRead(list: readonly Notification[]): Notification[] {
  return list.map((one) => ({ ...one, status: "read" }));
}

export function unread(list: readonly Notification[]): number {
  return list.filter(({ status }) => status === "unread").length;
}

/** "now", "5 min", "3 h", then the date. */
export function ago(createdAt: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(createdAt)) / 60_000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h`;
  return new Date(createdAt).toLocaleDateString(undefined, { day: "numeric", month: "short" });
}
