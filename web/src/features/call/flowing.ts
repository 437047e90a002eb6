/** Which tracks have really brought something: a picture that was decoded, sound that arrived. */

/** The names of those receivers that have. */
export async function flowingIn<Name>(
  receivers: readonly (readonly [Name, RTCRtpReceiver | undefined])[],
): Promise<ReadonlySet<Name>> {
  const found = await Promise.all(receivers.map(([, receiver]) => isFlowing(receiver)));
  return new Set(receivers.filter((_, index) => found[index]).map(([name]) => name));
}

async function isFlowing(receiver: RTCRtpReceiver | undefined): Promise<boolean> {
  if (receiver === undefined || receiver.track.muted) return false;
  const reports = [...(await receiver.getStats()).values()] as readonly Report[];
  // A browser decodes a picture that is not shown, but plays no sound that nobody plays.
  return reports.some(({ type, kind, framesDecoded = 0, packetsReceived = 0 }) => {
    return type === "inbound-rtp" && (kind === "video" ? framesDecoded : packetsReceived) > 0;
  });
}

/** What is read of an RTCInboundRtpStreamStats. */
interface Report {
  readonly type: string;
  readonly kind?: string;
  readonly framesDecoded?: number;
  readonly packetsReceived?: number;
}
