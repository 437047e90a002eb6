/** Chat history; live messages travel over the socket. */
import type { ChatMessage } from "../protocol/rest";
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
