import { act, fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { ToastProvider } from "../../../app/ToastContext";
import { FakeDevices, type FakeTrack } from "../../../testing/FakeDevices";
import { LocalMedia } from "../../media/LocalMedia";
import { MicrophoneWatch } from "../quality/MicrophoneWatch";
import type { StageParts } from "../stage/parts";
import { usePushToTalk } from "../usePushToTalk";
import { MicrophoneHints } from "./MicrophoneHints";
import { useFallback } from "./useFallback";

let devices: FakeDevices;
let media: LocalMedia;
let watch: MicrophoneWatch;
let plugged: Partial<MediaDeviceInfo>[];
let listeners: EventTarget;
const openDevices = vi.fn();

const settle = () => act(async () => void (await new Promise((done) => setTimeout(done))));
const give = async (index: number) => {
  act(() => void devices.asked[index]?.give());
  await settle();
};

function Screen() {
  useFallback(media);
  usePushToTalk(media);
  const parts = { session: { media }, microphone: watch } as unknown as StageParts;
  return <MicrophoneHints parts={parts} onDevices={openDevices} />;
}

beforeEach(() => {
  devices = new FakeDevices().install();
  listeners = new EventTarget();
  plugged = [{ kind: "videoinput" }, { kind: "audioinput" }];
  Object.assign(navigator.mediaDevices, {
    enumerateDevices: async () => plugged,
    addEventListener: listeners.addEventListener.bind(listeners),
    removeEventListener: listeners.removeEventListener.bind(listeners),
  });
  media = new LocalMedia();
  watch = new MicrophoneWatch(media);
  render(
    <ToastProvider>
      <Screen />
    </ToastProvider>,
  );
});

it.each(["camera", "microphone"] as const)(
  "goes on with another %s and says so",
  async (device) => {
    void (device === "camera" ? media.setCamera(true) : media.setMicrophone(true));
    await give(0);
    act(() => (devices.given[0] as FakeTrack).unplug());
    await settle();
    await give(1);

    expect(media.store.getState()[device]).toBe(devices.given[1]);
    expect(screen.getByRole("alert")).toHaveTextContent(`The ${device} went away. You go on with`);
  },
);

it("leaves who was muted without a microphone that would be on", async () => {
  void media.setMicrophone(true);
  await give(0);
  void media.setMicrophone(false);
  act(() => (devices.given[0] as FakeTrack).unplug());
  await settle();

  expect(devices.asked).toHaveLength(1);
});

it("asks for nothing when no other device is there", async () => {
  void media.setCamera(true);
  await give(0);
  plugged = [];
  act(() => (devices.given[0] as FakeTrack).unplug());
  await settle();

  expect(devices.asked).toHaveLength(1);
});

it("plays on the usual speaker when the chosen one is gone", async () => {
  act(() => media.chooseSpeaker("headset"));
  act(() => void listeners.dispatchEvent(new Event("devicechange")));
  await settle();

  expect(media.store.getState().speakerId).toBeNull();
  expect(screen.getByRole("alert")).toHaveTextContent("The speaker went away.");
});

it("says that one is muted while one speaks, and unmutes", async () => {
  act(() => watch.store.setState({ hint: "muted" }));

  expect(screen.getByRole("status")).toHaveTextContent("the others do not hear you");
  fireEvent.click(screen.getByRole("button", { name: "Unmute" }));
  await give(0);
  expect(media.store.getState().isMicrophoneOn).toBe(true);
});

it("says that the microphone is silent, until that is dismissed", () => {
  act(() => watch.store.setState({ hint: "silent" }));
  fireEvent.click(screen.getByRole("button", { name: "Devices" }));
  expect(openDevices).toHaveBeenCalledOnce();

  fireEvent.click(screen.getByRole("button", { name: "Dismiss" }));
  expect(screen.queryByTestId("hint-silent")).not.toBeInTheDocument();
});

it("lets somebody who is muted talk while the space bar is held", async () => {
  fireEvent.keyDown(document.body, { key: " " });
  await give(0);
  expect(media.store.getState().isMicrophoneOn).toBe(true);

  fireEvent.keyUp(document.body, { key: " " });
  expect(media.store.getState().isMicrophoneOn).toBe(false);
});

it("leaves the space bar to buttons, and to who is not muted", async () => {
  act(() => watch.store.setState({ hint: "muted" }));
  fireEvent.keyDown(screen.getByRole("button", { name: "Unmute" }), { key: " " });
  expect(devices.asked).toHaveLength(0);

  void media.setMicrophone(true);
  await give(0);
  fireEvent.keyDown(document.body, { key: " " });
  fireEvent.keyUp(document.body, { key: " " });
  expect(media.store.getState().isMicrophoneOn).toBe(true);
});
