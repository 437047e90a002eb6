import { useEffect, useSyncExternalStore } from "react";
import type { PresenceStatus } from "../../protocol/frames";
import { useSocket } from "../../realtime/RealtimeContext";
import type { Socket } from "../../realtime/socket";
import { Presence } from "./Presence";

const ofSocket = new WeakMap<Socket, Presence>();

function presenceOf(socket: Socket): Presence {
  const known = ofSocket.get(socket) ?? new Presence(socket);
  ofSocket.set(socket, known);
  return known;
}

/** Online or offline, kept current; people not known yet are missing. */
export function usePresence(userIds: readonly string[]): ReadonlyMap<string, PresenceStatus> {
  const presence = presenceOf(useSocket());
  const key = [...userIds].sort().join(",");
  useEffect(() => (key === "" ? undefined : presence.watch(key.split(","))), [presence, key]);
  return useSyncExternalStore(presence.subscribe, presence.statuses);
}
