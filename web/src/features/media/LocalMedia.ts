/** The camera, microphone and screen of this side: acquired late, let go early. */
import { createStore, type StoreApi } from "zustand/vanilla";
import { readPreferences, savePreferences } from "./preferences";
import {
  type Device,
  insecureOrigin,
  type MediaProblem,
  mediaProblem,
  unplugged,
} from "./problems";

export interface LocalMediaState {
  /** Null while the camera is off: then its light is off too. */
  readonly camera: MediaStreamTrack | null;
  /** Kept while muted, so that unmuting is instant. */
  readonly microphone: MediaStreamTrack | null;
  readonly screen: MediaStreamTrack | null;
  readonly isMicrophoneOn: boolean;
  readonly speakerId: string | null;
  readonly problem: MediaProblem | null;
}

const CAMERA: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30 },
};
const MICROPHONE: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};

export class LocalMedia {
  readonly store: StoreApi<LocalMediaState> = createStore<LocalMediaState>(() => ({
    camera: null,
    microphone: null,
    screen: null,
    isMicrophoneOn: false,
    speakerId: readPreferences().speakerId,
    problem: null,
  }));
  #isStopped = false;
  /** What the person asked for last; the state follows as soon as the device does. */
  readonly #wanted: Record<Device, boolean> = { camera: false, microphone: false, screen: false };
  /** Counts up with each choice of another device: what was asked for before it is not shown. */
  readonly #choices: Record<Device, number> = { camera: 0, microphone: 0, screen: 0 };
  /** One request for each device, so that no track is acquired that nobody holds. */
  readonly #turningOn = new Map<Device, Promise<void>>();

  /** Turn on what was on the last time. */
  async startAsRemembered(): Promise<void> {
    if (readPreferences().wantsMicrophone) await this.#want("microphone", true);
    // One after the other: two permission questions at once confuse people and some browsers.
    // Read only now, because the button may have been pressed meanwhile.
    if (readPreferences().wantsCamera) await this.#want("camera", true);
  }

  setMicrophone(on: boolean): Promise<void> {
    savePreferences({ wantsMicrophone: on });
    return this.#want("microphone", on);
  }

  setCamera(on: boolean): Promise<void> {
    savePreferences({ wantsCamera: on });
    return this.#want("camera", on);
  }

  setScreen(on: boolean): Promise<void> {
    return this.#want("screen", on);
  }

  chooseCamera(cameraId: string): Promise<void> {
    savePreferences({ cameraId });
    return this.#change("camera");
  }

  chooseMicrophone(microphoneId: string): Promise<void> {
    savePreferences({ microphoneId });
    return this.#change("microphone");
  }

  chooseSpeaker(speakerId: string): void {
    savePreferences({ speakerId });
    this.store.setState({ speakerId });
  }

  forgetProblem(): void {
    this.store.setState({ problem: null });
  }

  /** Let go of everything, for good; what is still to arrive is stopped when it does. */
  stop(): void {
    this.#isStopped = true;
    for (const device of ["camera", "microphone", "screen"] as const) this.#release(device);
  }

  async #want(device: Device, on: boolean): Promise<void> {
    if (this.#isStopped) return;
    this.#wanted[device] = on;
    const underWay = this.#turningOn.get(device);
    if (underWay !== undefined) return underWay;
    if (this.store.getState()[device] === null) {
      if (!on) return;
      const work = this.#turnOn(device);
      this.#turningOn.set(device, work);
      return work;
    }
    if (device === "microphone") this.#mute(!on);
    else if (!on) this.#release(device);
  }

  async #turnOn(device: Device): Promise<void> {
    while (this.#wanted[device] && !this.#isStopped) {
      const choice = this.#choices[device];
      const track = await this.#acquire(device);
      const isOfChoice = choice === this.#choices[device];
      if (track === null && isOfChoice) this.#wanted[device] = false;
      else if (track !== null && isOfChoice && this.#wanted[device] && !this.#isStopped) {
        this.#hold(device, track);
        break;
      } else track?.stop();
    }
    this.#turningOn.delete(device);
  }

  #hold(device: Device, track: MediaStreamTrack): void {
    track.addEventListener("ended", () => this.#ended(device, track));
    this.store.setState({
      [device]: track,
      ...(device === "microphone" ? { isMicrophoneOn: true } : {}),
    });
  }

  #mute(isMuted: boolean): void {
    const { microphone } = this.store.getState();
    if (microphone !== null) microphone.enabled = !isMuted;
    this.store.setState({ isMicrophoneOn: !isMuted });
  }

  #release(device: Device): void {
    this.#wanted[device] = false;
    this.store.getState()[device]?.stop();
    this.#forget(device);
  }

  #forget(device: Device): void {
    this.store.setState({
      [device]: null,
      ...(device === "microphone" ? { isMicrophoneOn: false } : {}),
    });
  }

  /** Go on with the device that is preferred by now; a muted one waits until it is unmuted. */
  async #change(device: Device): Promise<void> {
    this.#choices[device] += 1;
    if (this.store.getState()[device] === null) return this.#turningOn.get(device);
    const wasOn = this.#wanted[device];
    this.#release(device);
    if (wasOn) await this.#want(device, true);
  }

  async #acquire(device: Device): Promise<MediaStreamTrack | null> {
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    if (devices === undefined) {
      this.store.setState({ problem: insecureOrigin(device) });
      return null;
    }
    try {
      const track = (await request(devices, device)).getTracks()[0] ?? null;
      if (this.store.getState().problem?.device === device) this.forgetProblem();
      return track;
    } catch (refused) {
      const problem = mediaProblem(device, refused);
      if (problem !== null) this.store.setState({ problem });
      return null;
    }
  }

  /** Pulled out, or for a screen: "Stop sharing" in the browser's own bar. */
  #ended(device: Device, track: MediaStreamTrack): void {
    if (this.store.getState()[device] !== track) return;
    this.#wanted[device] = false;
    this.#forget(device);
    if (device !== "screen") this.store.setState({ problem: unplugged(device) });
  }
}

async function request(devices: MediaDevices, device: Device): Promise<MediaStream> {
  const { cameraId, microphoneId } = readPreferences();
  switch (device) {
    case "camera":
      return devices.getUserMedia({ video: preferring(cameraId, CAMERA) });
    case "microphone":
      return devices.getUserMedia({ audio: preferring(microphoneId, MICROPHONE) });
    case "screen": {
      const stream = await devices.getDisplayMedia({ video: { frameRate: { ideal: 15 } } });
      // Sharp text matters more than smooth motion.
      for (const track of stream.getVideoTracks()) track.contentHint = "detail";
      return stream;
    }
  }
}

/** "ideal", because a device remembered from yesterday may not be plugged in today. */
function preferring(
  deviceId: string | null,
  constraints: MediaTrackConstraints,
): MediaTrackConstraints {
  return deviceId === null ? constraints : { ...constraints, deviceId: { ideal: deviceId } };
}
