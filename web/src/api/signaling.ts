/** The servers through which calls find their way. */
import { request } from "./request";

export interface IceServers {
  readonly iceServers: readonly RTCIceServer[];
  readonly expiresAt: string;
}

export function getIceServers(): Promise<IceServers> {
  return request("GET", "/api/signaling/ice-servers");
}
