/** How long to wait before attempt `attempt` (0, 1, 2 …), in milliseconds. */

export const LONGEST_WAIT_MS = 20_000;

/** Exponential with full jitter: clients that were cut off together do not come back together. */
export function backoff(attempt: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_WAIT_MS, 500 * 2 ** attempt);
  return Math.round(ceiling * (0.3 + 0.7 * random()));
}
