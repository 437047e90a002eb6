/** How long to wait before the next attempt, in milliseconds. */
import { CloseCode } from "../protocol/frames";

const LONGEST_WAIT_MS = 20_000;
/** Long enough for a gateway's clients not to come at once, short enough to be back in a second. */
const SPREAD_AFTER_GOODBYE_MS = 700;

/**
 * Before attempt `attempt` (0, 1, 2 …).
 *
 * Exponential with full jitter: clients that were cut off together do not come back together.
 */
export function backoff(attempt: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_WAIT_MS, 500 * 2 ** attempt);
  return Math.round(ceiling * (0.3 + 0.7 * random()));
}

/** Before dialing anew after a socket was closed with `code`. */
export function waitAfter(code: number, attempt: number, random: () => number): number {
  switch (code) {
    case CloseCode.serverGoesAway:
      return random() * SPREAD_AFTER_GOODBYE_MS;
    case CloseCode.malformed:
    case CloseCode.frameTooLarge:
    case CloseCode.tooManyFrames:
      // The fault is ours; coming back fast would only repeat it.
      return LONGEST_WAIT_MS;
    default:
      return backoff(attempt, random);
  }
}
