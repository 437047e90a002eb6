/** What the others in a call get of this person's camera, microphone and screen. */
import type { MediaFlags } from "../../protocol/frames";
import type { LocalMediaState } from "../media/LocalMedia";
import type { LocalTracks } from "./transport";

export function tracksOf({ microphone, camera, screen }: LocalMediaState): LocalTracks {
  return { audio: microphone, camera, screen };
}

/** A muted microphone is off, though its track is kept. */
export function flagsOf({ isMicrophoneOn, camera, screen }: LocalMediaState): MediaFlags {
  return { audio: isMicrophoneOn, video: camera !== null, screen: screen !== null };
}
