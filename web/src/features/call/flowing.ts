/** Which media sections have really brought something: a picture that was decoded, sound that arrived. */

/** Their `mid`s. Asked for once for all of them: each question costs as much, whatever it is about. */
export async function flowingIn(connection: RTCPeerConnection): Promise<ReadonlySet<string>> {
  const open = connection.getTransceivers().filter(({ receiver }) => !receiver.track.muted);
  if (open.length === 0) return new Set();
  const reports = [...(await connection.getStats()).values()] as readonly Report[];
  const brought = reports.filter(({ type, kind, framesDecoded = 0, packetsReceived = 0 }) => {
    // A browser decodes a picture that is not shown, but plays no sound that nobody plays.
    return type === "inbound-rtp" && (kind === "video" ? framesDecoded : packetsReceived) > 0;
  });
  const mids = new Set(brought.map(({ mid }) => mid));
  return new Set(open.flatMap(({ mid }) => (mid !== null && mids.has(mid) ? [mid] : [])));
}

/** What is read of an RTCInboundRtpStreamStats. */
interface Report {
  readonly type: string;
  readonly mid?: string;
  readonly kind?: string;
  readonly framesDecoded?: number;
  readonly packetsReceived?: number;
}
