/** Figures for administrators, and figures about a call from those who are in it. */
import type { AnalyticsSummary, CallQuality } from "../protocol/rest";
import { request } from "./request";

export function getSummary(days: number): Promise<AnalyticsSummary> {
  return request("GET", "/api/analytics/summary", { query: { days } });
}

/** How a call's media arrived, some samples at a time; sent twice, a batch is kept once. */
export function sendCallQuality(batch: CallQuality, { isLast = false } = {}): Promise<void> {
  return request("POST", "/api/analytics/call-quality", { body: batch, outlivesPage: isLast });
}
