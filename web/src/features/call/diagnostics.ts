/**
 * `window.__convo`, for looking into a call from the browser's console and from tests.
 *
 * It shows only what `chrome://webrtc-internals` shows anyway.
 */

declare global {
  interface Window {
    __convo?: { readonly peerConnections: () => ReadonlyMap<string, RTCPeerConnection> };
  }
}

/** Shows these connections until the returned function is called. */
export function shownConnections(
  peerConnections: () => ReadonlyMap<string, RTCPeerConnection>,
): () => void {
  const shown = { peerConnections };
  window.__convo = shown;
  return () => {
    if (window.__convo === shown) delete window.__convo;
  };
}
