/** One call of this page with itself, over one way. */
import type { Way } from "./ways";

const PATIENCE_MS = 10_000;

/** Whether a message gets from one connection to the other; both are closed afterwards. */
export async function attempt(way: Way, iceServers: RTCIceServer[]): Promise<boolean> {
  const configuration: RTCConfiguration = {
    iceServers,
    iceTransportPolicy: way === "direct" ? "all" : "relay",
  };
  const one = new RTCPeerConnection(configuration);
  const other = new RTCPeerConnection(configuration);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE_MS);
  });
  try {
    return await Promise.race([passes(one, other), tooLate]);
  } finally {
    clearTimeout(timer);
    one.close();
    other.close();
  }
}

function passes(one: RTCPeerConnection, other: RTCPeerConnection): Promise<boolean> {
  return new Promise((resolve) => {
    const failed = () => resolve(false);
    handOver(one, other);
    handOver(other, one);
    const channel = one.createDataChannel("test");
    channel.addEventListener("open", () => channel.send("hello"));
    other.addEventListener("datachannel", (event) => {
      event.channel.addEventListener("message", () => resolve(true));
    });
    for (const each of [one, other]) {
      each.addEventListener("connectionstatechange", () => {
        if (each.connectionState === "failed") failed();
      });
    }
    negotiate(one, other).catch(failed);
  });
}

function handOver(from: RTCPeerConnection, to: RTCPeerConnection): void {
  from.addEventListener("icecandidate", ({ candidate }) => {
    // One that is refused is one way less; whether any works is what is being found out.
    if (candidate !== null) to.addIceCandidate(candidate).catch(() => undefined);
  });
}

async function negotiate(one: RTCPeerConnection, other: RTCPeerConnection): Promise<void> {
  const offer = await one.createOffer();
  // Before our own, which starts the candidates: the other side has to know whose they are.
  await other.setRemoteDescription(offer);
  await one.setLocalDescription(offer);
  const answer = await other.createAnswer();
  await one.setRemoteDescription(answer);
  await other.setLocalDescription(answer);
}
