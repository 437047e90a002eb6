/** How loud a microphone is, from 0 to 1. */

export class AudioLevel {
  readonly #context = new AudioContext();
  readonly #analyser = this.#context.createAnalyser();
  readonly #samples: Float32Array<ArrayBuffer>;
  readonly #source: MediaStreamAudioSourceNode;

  constructor(track: MediaStreamTrack) {
    this.#analyser.fftSize = 2048;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
    // Browsers start it suspended until the person has touched the page.
    void this.#context.resume();
  }

  /** Root mean square of the last 40 ms or so. */
  read(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    for (const sample of this.#samples) sum += sample * sample;
    return Math.sqrt(sum / this.#samples.length);
  }

  close(): void {
    this.#source.disconnect();
    void this.#context.close();
  }
}
