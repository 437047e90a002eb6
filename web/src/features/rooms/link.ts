/** The address of a room, in both directions. */

export function roomPath(roomId: string): string {
  return `/room/${encodeURIComponent(roomId)}`;
}

export function roomLink(roomId: string): string {
  return location.origin + roomPath(roomId);
}

/** Resolves to whether the clipboard took it: browsers refuse on plain http. */
export async function copyRoomLink(roomId: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(roomLink(roomId));
    return true;
  } catch {
    return false;
  }
}

/** The room id in what somebody typed or pasted: an id, a path or a whole address; or null. */
export function roomIdIn(typed: string): string | null {
  const text = typed.trim();
  const inPath = /\/room\/([^/?#\s]+)/.exec(text)?.[1];
  if (inPath !== undefined) return decode(inPath);
  return /^[\w-]+$/.test(text) ? text : null;
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
