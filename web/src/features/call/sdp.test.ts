import { expect, it } from "vitest";
import { fingerprintOf, originOf } from "./sdp";

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
