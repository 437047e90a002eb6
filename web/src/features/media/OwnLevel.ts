/** How loud this person's own microphone is, whichever one it is now. */
import { AudioLevel } from "./AudioLevel";
import type { LocalMediaState } from "./LocalMedia";

export class OwnLevel {
  #measured: { readonly track: MediaStreamTrack; readonly level: AudioLevel } | null = null;

  /** 0 to 1; 0 while the microphone is off. */
  read({ microphone, isMicrophoneOn }: LocalMediaState): number {
    if (this.#measured?.track !== microphone) {
      this.close();
      this.#measured =
        microphone === null ? null : { track: microphone, level: new AudioLevel(microphone) };
    }
    return isMicrophoneOn ? (this.#measured?.level.read() ?? 0) : 0;
  }

  close(): void {
    this.#measured?.level.close();
    this.#measured = null;
  }
}
