/** Listens whether the microphone hears anything, also while it is muted for the others. */
import { createStore, type StoreApi } from "zustand/vanilla";
import { AudioLevel } from "../../media/AudioLevel";
import type { LocalMedia } from "../../media/LocalMedia";
import { hear, LISTENING, type Listening, type MicrophoneHint } from "./silence";

const LISTEN_EVERY_MS = 200;

/** A level of its own: a muted track is silent, so a copy that is not muted is measured. */
interface Measured {
  readonly of: MediaStreamTrack;
  readonly copy: MediaStreamTrack;
  readonly level: AudioLevel;
}

export class MicrophoneWatch {
  readonly store: StoreApi<{ readonly hint: MicrophoneHint }> = createStore<{
    readonly hint: MicrophoneHint;
  }>(() => ({ hint: null }));
  #listening: Listening = LISTENING;
  #measured: Measured | null = null;

  constructor(private readonly media: LocalMedia) {}

  start(): () => void {
    // At once, or the copy would keep the light of a device on that was let go.
    const stop = this.media.store.subscribe(() => this.#follow());
    this.#follow();
    const timer = setInterval(() => this.#listen(), LISTEN_EVERY_MS);
    return () => {
      stop();
      clearInterval(timer);
      this.#forget();
    };
  }

  #follow(): void {
    const { microphone } = this.media.store.getState();
    if (this.#measured?.of === microphone || (microphone === null && this.#measured === null))
      return;
    this.#forget();
    if (microphone === null) return;
    const copy = microphone.clone();
    copy.enabled = true;
    this.#measured = { of: microphone, copy, level: new AudioLevel(copy) };
  }

  #listen(): void {
    const { isMicrophoneOn } = this.media.store.getState();
    const level = this.#measured?.level.read() ?? null;
    this.#listening = hear(this.#listening, level, isMicrophoneOn, Date.now());
    const { hint } = this.#listening;
    if (hint !== this.store.getState().hint) this.store.setState({ hint });
  }

  #forget(): void {
    this.#measured?.level.close();
    this.#measured?.copy.stop();
    this.#measured = null;
    this.#listening = LISTENING;
  }
}
