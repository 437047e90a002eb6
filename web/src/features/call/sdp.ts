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
