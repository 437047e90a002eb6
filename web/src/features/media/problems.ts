/** Why a camera, microphone or screen could not be used, in words. */

export type Device = "camera" | "microphone" | "screen";

export interface MediaProblem {
  readonly device: Device;
  readonly kind: "denied" | "missing" | "in-use" | "insecure" | "unplugged" | "unknown";
  readonly message: string;
}

/** Null when the person just closed the picker, which is no problem. */
export function mediaProblem(device: Device, thrown: unknown): MediaProblem | null {
  const name = thrown instanceof Error ? thrown.name : "";
  const kind = kindOf(name);
  if (device === "screen" && kind === "denied") return null;
  return { device, kind, message: inWords(device, kind) };
}

export function unplugged(device: Device): MediaProblem {
  return { device, kind: "unplugged", message: inWords(device, "unplugged") };
}

export function insecureOrigin(device: Device): MediaProblem {
  return { device, kind: "insecure", message: inWords(device, "insecure") };
}

/** The names `getUserMedia` fails with (W3C Media Capture and Streams, section 10.2). */
function kindOf(name: string): MediaProblem["kind"] {
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "in-use";
    default:
      return "unknown";
  }
}

function inWords(device: Device, kind: MediaProblem["kind"]): string {
  switch (kind) {
    case "denied":
      return `Your browser does not let this page use the ${device}. Allow it in the address bar, then turn it on again.`;
    case "missing":
      return `No ${device} was found. Plug one in, or join without it.`;
    case "in-use":
      return `The ${device} is used by another program. Close that one and try again.`;
    case "insecure":
      return `Browsers allow the ${device} on https addresses only.`;
    case "unplugged":
      return `The ${device} went away.`;
    case "unknown":
      return `The ${device} could not be started.`;
  }
}
