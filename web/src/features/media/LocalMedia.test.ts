import { beforeEach, describe, expect, it } from "vitest";
import { FakeDevices, type FakeTrack } from "../../testing/FakeDevices";
import { LocalMedia } from "./LocalMedia";

let devices: FakeDevices;
let media: LocalMedia;

const state = () => media.store.getState();
const settle = () => new Promise((done) => setTimeout(done));

/** The device that was asked for as number `index` is given. */
async function give(index = 0): Promise<FakeTrack> {
  const track = devices.asked[index]?.give();
  if (track === undefined) throw new Error("nobody asked for it");
  await settle();
  return track;
}

beforeEach(() => {
  devices = new FakeDevices().install();
  media = new LocalMedia();
});

describe.each([
  ["camera", (on: boolean) => media.setCamera(on)],
  ["microphone", (on: boolean) => media.setMicrophone(on)],
  ["screen", (on: boolean) => media.setScreen(on)],
] as const)("the %s", (device, set) => {
  it("is asked for once when the button is pressed twice", async () => {
    void set(true);
    void set(true);
    const track = await give();

    expect(devices.asked).toHaveLength(1);
    expect(state()[device]).toBe(track);
  });

  it("is let go when it was turned off before it came", async () => {
    void set(true);
    void set(false);
    await give();

    expect(state()[device]).toBeNull();
    expect(devices.live).toEqual([]);
  });

  it("is kept when it was turned off and on again before it came", async () => {
    void set(true);
    void set(false);
    void set(true);
    await give();

    expect(devices.asked).toHaveLength(1);
    expect(devices.live).toEqual([state()[device]]);
  });

  it("is let go when everything was stopped before it came, and not asked for after", async () => {
    void set(true);
    media.stop();
    await give();
    void set(true);

    expect(devices.live).toEqual([]);
    expect(devices.asked).toHaveLength(1);
    expect(state()[device]).toBeNull();
  });

  it("can be turned on again after it was refused, or went away", async () => {
    void set(true);
    devices.asked[0]?.refuse("NotReadableError");
    await settle();
    expect(state().problem?.kind).toBe("in-use");

    void set(true);
    const track = await give(1);
    expect(state().problem).toBeNull();
    track.unplug();
    expect(state()[device]).toBeNull();

    void set(true);
    await give(2);
    expect(devices.live).toContain(state()[device]);
  });

  it("is not live beside another one after any number of presses", async () => {
    for (const on of [true, true, false, true]) void set(on);
    await give();
    for (const on of [false, true, false, true]) void set(on);
    if (devices.asked[1] !== undefined) await give(1);

    expect(devices.live).toEqual([state()[device]]);
    expect(state().isMicrophoneOn).toBe(device === "microphone");
  });
});

it("starts as remembered, unless the camera is turned off while the microphone is awaited", async () => {
  void media.startAsRemembered();
  void media.setCamera(false);
  await give();

  expect(state().isMicrophoneOn).toBe(true);
  expect(devices.asked).toHaveLength(1);
});

describe("another device", () => {
  it("takes the place of the one that is on", async () => {
    void media.setCamera(true);
    const first = await give();
    void media.chooseCamera("usb");
    const second = await give(1);

    expect(first.isStopped).toBe(true);
    expect(state().camera).toBe(second);
    expect(devices.asked[1]?.constraints).toMatchObject({ video: { deviceId: { ideal: "usb" } } });
  });

  it("chosen while the first is still awaited is the one that is shown", async () => {
    void media.setCamera(true);
    void media.chooseCamera("usb");
    const first = await give();
    const second = await give(1);

    expect(first.isStopped).toBe(true);
    expect(state().camera).toBe(second);
  });

  it("stays off while it is off", async () => {
    await media.chooseMicrophone("usb");

    expect(devices.asked).toHaveLength(0);
  });

  it("stays muted when the first one was", async () => {
    void media.setMicrophone(true);
    const first = await give();
    void media.setMicrophone(false);
    await media.chooseMicrophone("usb");

    expect(first.isStopped).toBe(true);
    expect(state().isMicrophoneOn).toBe(false);
    void media.setMicrophone(true);
    await give(1);
    expect(state().isMicrophoneOn).toBe(true);
  });
});

it("keeps a muted microphone, so that unmuting is instant", async () => {
  void media.setMicrophone(true);
  const track = await give();
  await media.setMicrophone(false);
  expect([track.enabled, track.isStopped, state().isMicrophoneOn]).toEqual([false, false, false]);

  await media.setMicrophone(true);
  expect([track.enabled, state().isMicrophoneOn]).toEqual([true, true]);
  expect(devices.asked).toHaveLength(1);
});
