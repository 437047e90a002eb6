/** Notifications that are kept; new ones also arrive over the socket. */
import type { Notification } from "../protocol/rest";
import { request } from "./request";

export function listNotifications(): Promise<Notification[]> {
  return request("GET", "/api/notifications", { query: { limit: 50 } });
}

export function markNotification(
  id: string,
  status: Notification["status"],
): Promise<Notification> {
  return request("PATCH", `/api/notifications/${encodeURIComponent(id)}`, { body: { status } });
}

export function markAllRead(): Promise<void> {
  return request("POST", "/api/notifications/read");
}
