/** Hears when this device may have changed the network it is in. */

/** Not in TypeScript's library: only some browsers have it. */
interface NetworkInformation extends EventTarget {
  /** `wifi`, `cellular` …; left out where it is not told. */
  readonly type?: string;
}

/** Until the returned function is called. */
export function onNetworkChange(react: () => void): () => void {
  const { connection } = navigator as { readonly connection?: NetworkInformation };
  let type = connection?.type;
  // It also tells each new estimate of how fast the network is.
  const changed = () => {
    if (type === connection?.type) return;
    type = connection?.type;
    react();
  };
  addEventListener("online", react);
  connection?.addEventListener("change", changed);
  return () => {
    removeEventListener("online", react);
    connection?.removeEventListener("change", changed);
  };
}
