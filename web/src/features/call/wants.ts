/** What this side wants of the others, from who is there and what is on the screen. Pure. */
import type { Peer, Want } from "../../protocol/frames";
import type { Heights } from "./transport";

/** Heights are rounded up to these: a tile that grows by a pixel is no news. */
const STEPS = [90, 180, 270, 360, 540, 720, 1080, 1440, 2160];

/** A page of cameras and some more: each costs a browser a decoder, and both sides a section. */
const MOST_CAMERAS = 64;

/**
 * The audio and the camera of everybody, and the screens that are shared; `heights` null while it
 * is not known what is shown.
 *
 * A camera keeps its place while it is off or hidden, so that it starts without negotiation,
 * unless there are too many: then what is shown comes first. A screen is rare and gives its place
 * to the next one.
 */
export function wantsOf(others: readonly Peer[], heights: Heights | null): Want[] {
  const cameras = camerasWithPlace(others, heights);
  return others.flatMap(({ peerId, screen }): Want[] => {
    const shown = heights?.get(peerId) ?? { camera: 0, screen: 0 };
    const at = (height: number) => (heights === null ? {} : { height: rounded(height) });
    return [
      { peerId, kind: "audio" },
      ...(cameras.has(peerId) ? [{ peerId, kind: "camera" as const, ...at(shown.camera) }] : []),
      ...(screen ? [{ peerId, kind: "screen" as const, ...at(shown.screen) }] : []),
    ];
  });
}

/** Peer ids: all that are on the screen, and then those who came first. */
function camerasWithPlace(others: readonly Peer[], heights: Heights | null): ReadonlySet<string> {
  const all = others.map(({ peerId }) => peerId);
  const shown = all.filter((peerId) => (heights?.get(peerId)?.camera ?? 0) > 0);
  const inOrder = [...new Set([...shown, ...all])];
  return new Set(inOrder.slice(0, Math.max(MOST_CAMERAS, shown.length)));
}

function rounded(height: number): number {
  return height <= 0 ? 0 : (STEPS.find((step) => step >= height) ?? 2160);
}
