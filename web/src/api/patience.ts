/** Asks again when the server had too much to do to begin: nothing was done then. */
import { Problem } from "./problem";

const TRIES = 3;
const OVERLOADED = "overloaded";

/**
 * The answer, whatever it says.
 *
 * Throws `Problem` when the server is not reached.
 */
export async function fetchPatiently(path: string, init: RequestInit): Promise<Response> {
  for (let tried = 1; ; tried += 1) {
    const response = await fetch(path, init).catch(() => {
      throw Problem.unreachable();
    });
    if (response.status !== 503 || tried === TRIES) return response;
    const { code, retryAfterSeconds } = await Problem.of(response.clone());
    if (code !== OVERLOADED) return response;
    await pause((retryAfterSeconds ?? 1) * 1000);
  }
}

/** Not sooner than the server said, and not everybody at once. */
function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds * (1 + Math.random() / 2)));
}
