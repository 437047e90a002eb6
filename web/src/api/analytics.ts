/** Figures for administrators. */
import type { AnalyticsSummary } from "../protocol/rest";
import { request } from "./request";

export function getSummary(days: number): Promise<AnalyticsSummary> {
  return request("GET", "/api/analytics/summary", { query: { days } });
}
