/** Timers that fire in time in a hidden page too. */

/**
 * Browsers slow the timers of a hidden page down, to one a minute, but not those of its workers.
 * Both are set and the first one counts: a worker that could not be loaded costs nothing.
 */
export function alarm(act: () => void, ms: number): () => void {
  const id = nextId++;
  const ring = () => {
    cancel();
    act();
  };
  const cancel = () => {
    clearTimeout(own);
    if (ringing.delete(id)) worker()?.postMessage({ id, ms: null } satisfies Wish);
  };
  const own = setTimeout(ring, ms);
  ringing.set(id, ring);
  worker()?.postMessage({ id, ms } satisfies Wish);
  return cancel;
}

/** What the worker is told: when to answer with `id`, or with null that it need not. */
export interface Wish {
  readonly id: number;
  readonly ms: number | null;
}

const ringing = new Map<number, () => void>();
let nextId = 1;
let made: Worker | undefined;

/** One for the whole page, made when it is first needed. */
function worker(): Worker | undefined {
  if (typeof Worker === "undefined") return undefined;
  if (made === undefined) {
    made = new Worker(new URL("./alarm.worker.ts", import.meta.url), { type: "module" });
    made.onmessage = ({ data }: MessageEvent<number>) => ringing.get(data)?.();
  }
  return made;
}
