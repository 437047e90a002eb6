/** Goes on with another device when one is pulled out, and says so. */
import { useEffect } from "react";
import { useToast } from "../../../app/ToastContext";
import type { LocalMedia, LocalMediaState } from "../../media/LocalMedia";

const IN: Readonly<Record<"camera" | "microphone", MediaDeviceKind>> = {
  camera: "videoinput",
  microphone: "audioinput",
};

export function useFallback(media: LocalMedia): void {
  const toast = useToast();

  useEffect(() => {
    async function goOn(device: "camera" | "microphone") {
      const all = await navigator.mediaDevices.enumerateDevices();
      if (!all.some(({ kind }) => kind === IN[device])) return;
      // The remembered one stays the favourite: once it is back, the next call uses it.
      await (device === "camera" ? media.setCamera(true) : media.setMicrophone(true));
      const track = media.store.getState()[device];
      if (track !== null) toast(`The ${device} went away. You go on with ${track.label}.`, "info");
    }
    let wasUnmuted = false;
    const changed = (now: LocalMediaState, before: LocalMediaState) => {
      if (before.microphone !== null && now.microphone === null) wasUnmuted = before.isMicrophoneOn;
      const { problem } = now;
      if (problem?.kind !== "unplugged" || problem === before.problem) return;
      if (problem.device === "camera") void goOn("camera");
      // Who was muted stays muted: a new microphone would be on.
      else if (problem.device === "microphone" && wasUnmuted) void goOn("microphone");
    };
    return media.store.subscribe(changed);
  }, [media, toast]);

  useEffect(() => {
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    if (devices === undefined) return;
    const look = async () => {
      const { speakerId } = media.store.getState();
      if (speakerId === null || speakerId === "default") return;
      const all = await devices.enumerateDevices();
      if (all.some(({ kind, deviceId }) => kind === "audiooutput" && deviceId === speakerId))
        return;
      media.store.setState({ speakerId: null });
      toast("The speaker went away. Sound comes from the usual one.", "info");
    };
    devices.addEventListener("devicechange", look);
    return () => devices.removeEventListener("devicechange", look);
  }, [media, toast]);
}
