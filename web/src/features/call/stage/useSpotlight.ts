import { useEffect, useState } from "react";
import type { CallSession } from "../CallSession";
import { follow, NOBODY } from "./spotlight";

const LOOK_EVERY_MS = 300;

/** Peer id of the other who speaks or spoke last, calm enough to look at; null: nobody yet. */
export function useSpotlight({ store }: CallSession): string | null {
  const [peerId, setPeerId] = useState<string | null>(null);
  useEffect(() => {
    let light = NOBODY;
    const timer = setInterval(() => {
      const { call, speaking } = store.getState();
      const others = [...speaking].filter((id) => id !== call?.ownPeerId);
      light = follow(light, new Set(others), Date.now());
      setPeerId(light.peerId);
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [store]);
  return peerId;
}
