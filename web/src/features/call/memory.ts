/** That this tab is in a call, so that a reload goes back into it. */

const key = (roomId: string) => `convo.call.${roomId}`;

/** The peer this tab was in the room's call, or null. */
export function rememberedPeer(roomId: string): string | null {
  return sessionStorage.getItem(key(roomId));
}

export function rememberPeer(roomId: string, peerId: string): void {
  sessionStorage.setItem(key(roomId), peerId);
}

export function forgetPeer(roomId: string): void {
  sessionStorage.removeItem(key(roomId));
}
