/** Which codecs a connection to a media worker prefers. */

/** VP8 first, the rest as the browser has it: all can decode it, and its layers can be switched. */
export function preferringVp8(transceiver: RTCRtpTransceiver): void {
  const codecs = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
  const isVp8 = ({ mimeType }: RTCRtpCodec) => mimeType.toLowerCase() === "video/vp8";
  if (!codecs.some(isVp8)) return;
  transceiver.setCodecPreferences([
    ...codecs.filter(isVp8),
    ...codecs.filter((codec) => !isVp8(codec)),
  ]);
}
