import { expect, it } from "vitest";
import { briefly, fingerprintOf, originOf } from "./sdp";

it("tells connections apart and recognises the same one in a later offer", () => {
  const first = "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\n";
  const renewed = "v=0\r\no=- 4611731400430051336 3 IN IP4 127.0.0.1\r\ns=-\r\n";
  const reloaded = "v=0\r\no=- 8811731400430051999 2 IN IP4 127.0.0.1\r\ns=-\r\n";

  expect(originOf(first)).toBe("4611731400430051336");
  expect(originOf(renewed)).toBe(originOf(first));
  expect(originOf(reloaded)).not.toBe(originOf(first));
});

it("knows the certificate of a connection, however it is written", () => {
  const described = (print: string) => `v=0\r\nm=audio 9 x 0\r\na=fingerprint:sha-256 ${print}\r\n`;

  expect(fingerprintOf(described("ab:01"))).toBe(fingerprintOf(described("AB:01")));
  expect(fingerprintOf(described("AB:01"))).not.toBe(fingerprintOf(described("AB:02")));
});

it("tells once what all sections of an answer share, and keeps what tells them apart", () => {
  const section = (media: string, mid: number, direction: string, port = 9) =>
    [
      `m=${media} ${port} UDP/TLS/RTP/SAVPF 96 97`,
      "c=IN IP4 0.0.0.0",
      "a=ice-ufrag:u",
      "a=ice-pwd:p",
      "a=fingerprint:sha-256 AB:01",
      "a=setup:active",
      `a=mid:${mid}`,
      "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
      `a=${direction}`,
      "a=rtcp-mux",
      "a=rtpmap:96 VP8/90000",
      "a=rtcp-fb:96 nack pli",
      "",
    ].join("\r\n");
  const session = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\na=group:BUNDLE 1 2 3 4\r\n";
  const whole = [section("audio", 0, "inactive", 0), section("audio", 1, "recvonly")];
  const sections = [...whole, section("video", 2, "recvonly"), section("video", 3, "inactive")];

  const brief = briefly([session, ...sections, section("audio", 4, "recvonly")].join(""));

  const rest = (media: string, mid: number, direction: string) =>
    `m=${media} 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\n` +
    `a=mid:${mid}\r\na=${direction}\r\na=rtcp-mux\r\n`;
  const short = [rest("video", 3, "inactive"), rest("audio", 4, "recvonly")];
  expect(brief).toBe([session, ...whole, section("video", 2, "recvonly"), ...short].join(""));
});
