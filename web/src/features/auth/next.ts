/** Where to go after signing in. */

export function loginPath(next: string): string {
  return next === "/home" ? "/login" : `/login?next=${encodeURIComponent(next)}`;
}

/** The `next` of an address, if it stays on this site; anything else leads home. */
export function safeNext(next: string | null): string {
  // "//host" and "/\host" are other sites to a browser.
  return next !== null && /^\/(?![/\\])/.test(next) ? next : "/home";
}
