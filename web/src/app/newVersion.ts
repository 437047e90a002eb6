/** A page that stays open over a deploy asks for files that are gone: then it is loaded anew. */

const KEY = "convo.reloaded-at";
/** Missing files this soon after a reload are no deploy, and reloading again would not end. */
const ONCE_IN_MS = 60_000;

let isReloading = false;

/** Whether the page is about to go, so that nothing that breaks meanwhile is worth a word. */
export function isOnItsWayOut(): boolean {
  return isReloading;
}

/** Reloads when a part of this version is gone, once; after that the error page says so. */
export function reloadWhenOutdated(reload = () => location.reload()): () => void {
  const outdated = () => {
    const reloadedAt = Number(sessionStorage.getItem(KEY));
    if (isReloading || Date.now() - reloadedAt < ONCE_IN_MS) return;
    isReloading = true;
    sessionStorage.setItem(KEY, String(Date.now()));
    reload();
  };
  addEventListener("vite:preloadError", outdated);
  return () => {
    isReloading = false;
    removeEventListener("vite:preloadError", outdated);
  };
}
