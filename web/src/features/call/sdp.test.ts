import { expect, it } from "vitest";
import { originOf } from "./sdp";

it("tells connections apart and recognises the same one in a later offer", () => {
  const first = "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\n";
  const renewed = "v=0\r\no=- 4611731400430051336 3 IN IP4 127.0.0.1\r\ns=-\r\n";
  const reloaded = "v=0\r\no=- 8811731400430051999 2 IN IP4 127.0.0.1\r\ns=-\r\n";

  expect(originOf(first)).toBe("4611731400430051336");
  expect(originOf(renewed)).toBe(originOf(first));
  expect(originOf(reloaded)).not.toBe(originOf(first));
});
