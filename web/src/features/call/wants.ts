/** What this side wants of the others, from who is there and what is on the screen. Pure. */
import type { Peer, Want } from "../../protocol/frames";
import type { Heights } from "./transport";

/** Heights are rounded up to these: a tile that grows by a pixel is no news. */
const STEPS = [90, 180, 270, 360, 540, 720, 1080, 1440, 2160];

/**
 * The audio and the camera of everybody, and the screens that are shared; `heights` null while it
 * is not known what is shown.
 *
 * A camera keeps its place while it is off or hidden, so that it starts without negotiation; a
 * screen is rare and gives its place to the next one.
 */
export function wantsOf(others: readonly Peer[], heights: Heights | null): Want[] {
  return others.flatMap(({ peerId, screen }): Want[] => {
    const shown = heights?.get(peerId) ?? { camera: 0, screen: 0 };
    const at = (height: number) => (heights === null ? {} : { height: rounded(height) });
    return [
      { peerId, kind: "audio" },
      { peerId, kind: "camera", ...at(shown.camera) },
      ...(screen ? [{ peerId, kind: "screen" as const, ...at(shown.screen) }] : []),
    ];
  });
}

function rounded(height: number): number {
  return height <= 0 ? 0 : (STEPS.find((step) => step >= height) ?? 2160);
}
