/** Who is shown large in a call in which people answer each other: not every "mhm" takes over. */

export interface Spotlight {
  /** Peer id of who is shown; stays when nobody speaks. */
  readonly peerId: string | null;
  /** Moment (ms) since when. */
  readonly since: number;
  /** Who may be next: speaks now, and since when. */
  readonly next: { readonly peerId: string; readonly since: number } | null;
}

export const NOBODY: Spotlight = { peerId: null, since: 0, next: null };

/** So long somebody speaks before they are shown. */
const TAKES_MS = 1_200;
/** So long a picture stays at least. */
const STAYS_MS = 2_500;
/** After so long also somebody who speaks himself gives way: it may be a noisy room. */
const YIELDS_MS = 6_000;

/** The spotlight a moment later; `speaking` are the others who are heard right now. */
export function follow(last: Spotlight, speaking: ReadonlySet<string>, now: number): Spotlight {
  const next = challenger(last, speaking, now);
  if (last.peerId === null) {
    // The first who is heard need not wait: there is nobody to take the place of.
    return next === null ? last : { peerId: next.peerId, since: now, next: null };
  }
  if (next === null) return last.next === null ? last : { ...last, next };
  const needed = speaking.has(last.peerId) ? YIELDS_MS : TAKES_MS;
  if (now - next.since >= needed && now - last.since >= STAYS_MS) {
    return { peerId: next.peerId, since: now, next: null };
  }
  return next === last.next ? last : { ...last, next };
}

function challenger(
  { peerId, next }: Spotlight,
  speaking: ReadonlySet<string>,
  now: number,
): Spotlight["next"] {
  if (next !== null && speaking.has(next.peerId)) return next;
  for (const other of speaking) if (other !== peerId) return { peerId: other, since: now };
  return null;
}
