/**
 * That this tab was in a call, so that a reload goes back into it.
 *
 * It is written only when the page goes and taken out when it comes: a tab that is duplicated
 * gets a copy of `sessionStorage`, and two tabs as one peer would take it from each other for ever.
 */

const KEY = "convo.call";

export interface RememberedCall {
  readonly roomId: string;
  readonly peerId: string;
}

/** The peer this tab was in the room's call before the reload, or null; told once. */
export function takePeer(roomId: string): string | null {
  const kept = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  if (kept === null) return null;
  const call = JSON.parse(kept) as RememberedCall;
  return call.roomId === roomId ? call.peerId : null;
}

/** Lets a reload find the `current` call, until the returned function is called. */
export function rememberOverReload(current: () => RememberedCall | null): () => void {
  const write = () => {
    const call = current();
    if (call !== null) sessionStorage.setItem(KEY, JSON.stringify(call));
  };
  // A page that comes back out of the browser's cache was not loaded anew: it is still in the call.
  const forget = () => sessionStorage.removeItem(KEY);
  addEventListener("pagehide", write);
  addEventListener("pageshow", forget);
  return () => {
    removeEventListener("pagehide", write);
    removeEventListener("pageshow", forget);
  };
}
