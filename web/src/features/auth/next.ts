/** Where to go after signing in. */

export function loginPath(next: string): string {
  return next === "/home" ? "/login" : `/login?next=${encodeURIComponent(next)}`;
}

/** The `next` of an address, if it stays on this site; anything else leads home. */
export function safeNext(next: string | null): string {
  return next !== null && isOfThisSite(next) ? next : "/home";
}

/**
 * To a browser "//host" is another site. It reads "\" as "/" and drops tabs and line breaks, so
 * neither may be there; and after dots ("/.//host") the path must not begin with "//" either.
 */
function isOfThisSite(next: string): boolean {
  if (!next.startsWith("/") || /[\\\p{Cc}]/u.test(next)) return false;
  const { origin, pathname } = new URL(`https://here.invalid${next}`);
  return origin === "https://here.invalid" && !pathname.startsWith("//");
}
