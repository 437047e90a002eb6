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

  /** Turn on what was on the last time. */
  async startAsRemembered(): Promise<void> {
    const { wantsCamera, wantsMicrophone } = readPreferences();
    // One after the other: two permission questions at once confuse people and some browsers.
    if (wantsMicrophone) await this.setMicrophone(true, { isChoice: false });
    if (wantsCamera) await this.setCamera(true, { isChoice: false });
  }

  async setMicrophone(on: boolean, { isChoice = true } = {}): Promise<void> {
    if (isChoice) savePreferences({ wantsMicrophone: on });
    const { microphone } = this.store.getState();
    if (microphone !== null || !on) {
      if (microphone !== null) microphone.enabled = on;
      this.store.setState({ isMicrophoneOn: on && microphone !== null });
      return;
    }
    const id = readPreferences().microphoneId;
    const track = await this.#acquire("microphone", { audio: preferring(id, MICROPHONE) });
    if (track !== null) this.store.setState({ microphone: track, isMicrophoneOn: true });
  }

  async setCamera(on: boolean, { isChoice = true } = {}): Promise<void> {
    if (isChoice) savePreferences({ wantsCamera: on });
    const { camera } = this.store.getState();
    if (on === (camera !== null)) return;
    if (!on) {
      camera?.stop();
      this.store.setState({ camera: null });
      return;
    }
    const id = readPreferences().cameraId;
    const track = await this.#acquire("camera", { video: preferring(id, CAMERA) });
    if (track !== null) this.store.setState({ camera: track });
  }

  async setScreen(on: boolean): Promise<void> {
    const { screen } = this.store.getState();
    if (on === (screen !== null)) return;
    if (!on) {
      screen?.stop();
      this.store.setState({ screen: null });
      return;
    }
    const track = await this.#acquire("screen", { video: { frameRate: { ideal: 15 } } });
    if (track === null) return;
    // Sharp text matters more than smooth motion.
    track.contentHint = "detail";
    this.store.setState({ screen: track });
  }

  async chooseCamera(cameraId: string): Promise<void> {
    savePreferences({ cameraId });
    if (this.store.getState().camera === null) return;
    await this.setCamera(false, { isChoice: false });
    await this.setCamera(true, { isChoice: false });
  }

  async chooseMicrophone(microphoneId: string): Promise<void> {
    savePreferences({ microphoneId });
    const { microphone, isMicrophoneOn } = this.store.getState();
    if (microphone === null) return;
    microphone.stop();
    this.store.setState({ microphone: null, isMicrophoneOn: false });
    await this.setMicrophone(true, { isChoice: false });
    if (!isMicrophoneOn) await this.setMicrophone(false, { isChoice: false });
  }

  chooseSpeaker(speakerId: string): void {
    savePreferences({ speakerId });
    this.store.setState({ speakerId });
  }

  forgetProblem(): void {
    this.store.setState({ problem: null });
  }

  /** Let go of everything, for good. */
  stop(): void {
    this.#isStopped = true;
    const { camera, microphone, screen } = this.store.getState();
    for (const track of [camera, microphone, screen]) track?.stop();
    this.store.setState({ camera: null, microphone: null, screen: null, isMicrophoneOn: false });
  }

  async #acquire(
    device: Device,
    constraints: MediaStreamConstraints,
  ): Promise<MediaStreamTrack | null> {
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    if (devices === undefined) {
      this.store.setState({ problem: insecureOrigin(device) });
      return null;
    }
    try {
      const stream = await (device === "screen"
        ? devices.getDisplayMedia(constraints)
        : devices.getUserMedia(constraints));
      const track = stream.getTracks()[0] ?? null;
      if (this.#isStopped || track === null) {
        track?.stop();
        return null;
      }
      track.addEventListener("ended", () => this.#ended(device, track));
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
    this.store.setState({
      [device]: null,
      ...(device === "microphone" ? { isMicrophoneOn: false } : {}),
      ...(device === "screen" ? {} : { problem: unplugged(device) }),
    });
  }
}

/** "ideal", because a device remembered from yesterday may not be plugged in today. */
function preferring(
  deviceId: string | null,
  constraints: MediaTrackConstraints,
): MediaTrackConstraints {
  return deviceId === null ? constraints : { ...constraints, deviceId: { ideal: deviceId } };
}
