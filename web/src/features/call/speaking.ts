/** Who is heard right now, from audio levels that flicker. */

/** Peer id to the moment (ms) they were last loud. */
export type LastHeard = ReadonlyMap<string, number>;

const LOUD = 0.025;
/** Speech has pauses; a ring that blinks with every word disturbs. */
const HOLD_MS = 900;

export function listen(
  heard: LastHeard,
  levels: ReadonlyMap<string, number>,
  now: number,
): LastHeard {
  const next = new Map<string, number>();
  for (const [peerId, level] of levels) {
    const last = level >= LOUD ? now : heard.get(peerId);
    if (last !== undefined && now - last < HOLD_MS) next.set(peerId, last);
  }
  return next;
}
