/** The cameras, microphones and speakers there are, kept current. */
import { useEffect, useState } from "react";

export interface Devices {
  readonly cameras: readonly MediaDeviceInfo[];
  readonly microphones: readonly MediaDeviceInfo[];
  readonly speakers: readonly MediaDeviceInfo[];
}

const NONE: Devices = { cameras: [], microphones: [], speakers: [] };

/** `trigger` changes when permission may have been given: names are empty before that. */
export function useDevices(trigger: unknown): Devices {
  const [devices, setDevices] = useState(NONE);
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again on trigger
  useEffect(() => {
    const media = navigator.mediaDevices as MediaDevices | undefined;
    if (media === undefined) return;
    let isShown = true;
    const read = async () => {
      const all = (await media.enumerateDevices()).filter(({ deviceId }) => deviceId !== "");
      if (isShown) {
        setDevices({
          cameras: all.filter(({ kind }) => kind === "videoinput"),
          microphones: all.filter(({ kind }) => kind === "audioinput"),
          speakers: all.filter(({ kind }) => kind === "audiooutput"),
        });
      }
    };
    void read();
    media.addEventListener("devicechange", read);
    return () => {
      isShown = false;
      media.removeEventListener("devicechange", read);
    };
  }, [trigger]);
  return devices;
}
