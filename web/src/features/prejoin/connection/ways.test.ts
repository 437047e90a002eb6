import { expect, it } from "vitest";
import { type Outcomes, placesOf, serversOf, UNTRIED, verdictOn } from "./ways";

const SERVERS: RTCIceServer[] = [
  { urls: ["stun:turn.example:3478"] },
  {
    urls: [
      "turn:turn.example?transport=udp",
      "turn:turn.example:80?transport=tcp",
      "turns:turn.example:443?transport=tcp",
      "turn:[2001:db8::1]:3478",
    ],
    username: "1:ada",
    credential: "c",
  },
];
const WELL: Outcomes = { direct: "works", udp: "works", tcp: "works", tls: "works" };

const textOf = (outcomes: Partial<Outcomes>) => verdictOn({ ...WELL, ...outcomes }, SERVERS);

it("tries each way with the addresses of that way alone, and its credentials", () => {
  expect(serversOf("direct", SERVERS)).toEqual([]);
  expect(serversOf("tcp", SERVERS)).toEqual([
    { urls: ["turn:turn.example:80?transport=tcp"], username: "1:ada", credential: "c" },
  ]);
  expect(serversOf("udp", SERVERS)[0]?.urls).toEqual([
    "turn:turn.example?transport=udp",
    "turn:[2001:db8::1]:3478",
  ]);
  expect(serversOf("tls", [{ urls: "turn:turn.example" }])).toEqual([]);
});

it("names what has to be opened, with the usual port where none is given", () => {
  expect(placesOf("udp", SERVERS)).toEqual([
    "UDP port 3478 of turn.example",
    "UDP port 3478 of [2001:db8::1]",
  ]);
  expect(placesOf("tls", [{ urls: "turns:turn.example" }])).toEqual([
    "TCP port 5349 of turn.example",
  ]);
});

it("says nothing before everything was tried", () => {
  expect(verdictOn(UNTRIED, SERVERS)).toBeNull();
  expect(textOf({ tls: "trying" })).toBeNull();
});

it("is content when the relay is reached by UDP, whatever else is not", () => {
  expect(textOf({})).toEqual({ severity: "success", text: "Your network lets calls through." });
  expect(textOf({ tls: "absent" })?.severity).toBe("success");
});

it("says which port to ask for when only TCP gets through", () => {
  const verdict = textOf({ udp: "blocked" });

  expect(verdict?.severity).toBe("warning");
  expect(verdict?.text).toContain("UDP is blocked");
  expect(verdict?.text).toContain("UDP port 3478 of turn.example");
});

it("says that some will not be reached when no relay is", () => {
  const verdict = textOf({ udp: "blocked", tcp: "blocked", tls: "blocked" });

  expect(verdict?.severity).toBe("error");
  expect(verdict?.text).toContain("some people will not see or hear you");
});

it("suspects the browser when nothing works, and the installation when it has no relay", () => {
  const nothing: Outcomes = { direct: "blocked", udp: "blocked", tcp: "blocked", tls: "absent" };
  const without: Outcomes = { direct: "works", udp: "absent", tcp: "absent", tls: "absent" };

  expect(verdictOn(nothing, SERVERS)?.text).toContain("This browser makes no connections");
  expect(verdictOn(without, [])?.text).toContain("No relay is offered here");
});
