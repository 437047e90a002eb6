/** What is read of session descriptions. */

/**
 * Which RTCPeerConnection made a description: the session id of its `o=` line (RFC 8829,
 * section 5.2.1), which stays the same over offers and differs after a reload.
 */
export function originOf(sdp: string): string {
  return /^o=\S+ (\S+)/m.exec(sdp)?.[1] ?? "";
}

/** The certificate of the connection that is described (RFC 8122); bundled sections share it. */
export function fingerprintOf(sdp: string): string {
  return /^a=fingerprint:(.*)$/m.exec(sdp)?.[1]?.trim().toUpperCase() ?? "";
}

/**
 * An answer without what a media worker is not told twice: bundled sections share one way and one
 * certificate (RFC 9143), and the offer has fixed what codecs are called.
 *
 * The first section of each media that is in use stays whole. Written out, the answer of somebody
 * in a call of fifty is longer than what signaling takes.
 */
export function briefly(answer: string): string {
  const [session = "", ...sections] = answer.split(/^(?=m=)/m);
  const told = new Set<string>();
  const brief = sections.map((section) => {
    const [media = "", port] = section.split(" ");
    if (port === "0") return section;
    if (told.has(media)) return (section.match(NEEDED) ?? []).join("");
    told.add(media);
    return section;
  });
  return [session, ...brief].join("");
}

const NEEDED = /^(?:[mc]=|a=(?:mid:|rtcp-mux|sendonly|recvonly|sendrecv|inactive)).*\r?\n/gm;
