/** How much of a camera each peer of a mesh is sent: every further one costs upload and CPU anew. */

export interface CameraLimit {
  /** bit/s. */
  readonly maxBitrate: number;
  readonly scaleResolutionDownBy: number;
  /** Frames per second. */
  readonly maxFramerate: number;
}

/** What an ordinary home connection and an ordinary laptop carry, bit/s, shared by all peers. */
const UPLOAD = 2_400_000;
/** Below this faces are mush; rather send it and let congestion control decide. */
const LEAST = 200_000;
const MOST = 1_700_000;

export function cameraLimit(others: number): CameraLimit {
  const share = UPLOAD / Math.max(1, others);
  return {
    maxBitrate: Math.floor(Math.min(MOST, Math.max(LEAST, share))),
    // Of 720 lines: all for one, half for two or three, a quarter for more.
    scaleResolutionDownBy: others <= 1 ? 1 : others <= 3 ? 2 : 4,
    maxFramerate: others <= 1 ? 30 : 20,
  };
}
