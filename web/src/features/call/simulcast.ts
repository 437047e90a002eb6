/** What a camera and a screen are encoded to for a media worker, and when a layer rests. Pure. */
import type { Kind } from "../../protocol/frames";

/** Low to high: a worker and the answer to an offer know the layers in this order. */
const CAMERA: readonly RTCRtpEncodingParameters[] = [
  { rid: "l", scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: "m", scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { rid: "h", scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
];
/** One layer: text that is scaled down cannot be read. Faster than its capture it never gets. */
const SCREEN: readonly RTCRtpEncodingParameters[] = [{ maxBitrate: 2_500_000, maxFramerate: 30 }];

const ENCODINGS: Readonly<Record<Kind, readonly RTCRtpEncodingParameters[]>> = {
  audio: [{}],
  camera: CAMERA,
  screen: SCREEN,
};

/** For a new transceiver; all are active. */
export function encodingsOf(kind: Kind): RTCRtpEncodingParameters[] {
  return ENCODINGS[kind].map((encoding) => ({ ...encoding }));
}

/**
 * Which of `encodings` are worth their work while a track of `height` pixels is shown at
 * `watched` pixels at most: the smallest that is high enough, and all below for who shows less.
 */
export function activeLayers(
  encodings: readonly RTCRtpEncodingParameters[],
  height: number,
  watched: number,
): boolean[] {
  const heights = encodings.map(({ scaleResolutionDownBy = 1 }) => height / scaleResolutionDownBy);
  const enough = Math.min(...heights.filter((each) => each >= watched));
  return heights.map((each) => watched > 0 && each <= enough);
}
