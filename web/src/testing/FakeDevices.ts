/** Cameras, microphones and a screen that are given when a test says so. */
import { vi } from "vitest";

interface Pending {
  readonly constraints: MediaStreamConstraints;
  readonly give: () => FakeTrack;
  readonly refuse: (name: string) => void;
}

export class FakeTrack extends EventTarget {
  enabled = true;
  contentHint = "";
  isStopped = false;

  stop(): void {
    this.isStopped = true;
  }

  unplug(): void {
    this.dispatchEvent(new Event("ended"));
  }
}

export class FakeDevices {
  readonly asked: Pending[] = [];
  readonly given: FakeTrack[] = [];

  install(): this {
    vi.stubGlobal("navigator", {
      mediaDevices: { getUserMedia: this.#ask, getDisplayMedia: this.#ask },
    });
    return this;
  }

  /** Tracks whose light is on. */
  get live(): FakeTrack[] {
    return this.given.filter(({ isStopped }) => !isStopped);
  }

  readonly #ask = (constraints: MediaStreamConstraints) =>
    new Promise((resolve, reject) => {
      const give = () => {
        const track = new FakeTrack();
        this.given.push(track);
        resolve({ getTracks: () => [track], getVideoTracks: () => [track] });
        return track;
      };
      const refuse = (name: string) => reject(Object.assign(new Error(name), { name }));
      this.asked.push({ constraints, give, refuse });
    });
}
