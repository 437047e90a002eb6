/** Chat history; live messages travel over the socket. */
import type { ChatDigest, ChatMessage } from "../protocol/rest";
import { request } from "./request";

export interface Page {
  /** Only messages with a smaller `seq`. */
  readonly before?: number;
  /** Only messages with a larger `seq`. */
  readonly after?: number;
  readonly limit?: number;
}

/** Oldest first. */
export function listMessages(roomId: string, page: Page): Promise<ChatMessage[]> {
  return request("GET", `/api/chat/messages/${encodeURIComponent(roomId)}`, { query: { ...page } });
}

/** Since a moment (RFC 3339), or after a `seq`. */
export type Mark = { readonly since: string } | { readonly after: number };

export function getChatDigest(roomId: string, mark: Mark): Promise<ChatDigest> {
  return request("GET", `/api/chat/digest/${encodeURIComponent(roomId)}`, { query: { ...mark } });
}
