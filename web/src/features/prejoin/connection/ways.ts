/** The ways a call can take, and what the outcome of trying them means to a person. */

export type Way = "direct" | "udp" | "tcp" | "tls";

/** `absent`: this installation offers no such way. */
export type Outcome = "waiting" | "trying" | "works" | "blocked" | "absent";

export type Outcomes = Readonly<Record<Way, Outcome>>;

export const WAYS: readonly Way[] = ["direct", "udp", "tcp", "tls"];

export const UNTRIED: Outcomes = {
  direct: "waiting",
  udp: "waiting",
  tcp: "waiting",
  tls: "waiting",
};

export const NAMES: Readonly<Record<Way, string>> = {
  direct: "Browser to browser",
  udp: "Relay over UDP",
  tcp: "Relay over TCP",
  tls: "Relay over TLS",
};

export const IN_WORDS: Readonly<Record<Outcome, string>> = {
  waiting: "not tried yet",
  trying: "trying…",
  works: "works",
  blocked: "blocked",
  absent: "not offered here",
};

/** Host and port are read from the addresses of RFC 7065. */
const TURN = /^(turns?):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(udp|tcp))?$/;

function wayOf(url: string): Way | null {
  const match = TURN.exec(url);
  if (match === null) return null;
  if (match[1] === "turns") return "tls";
  return match[4] === "tcp" ? "tcp" : "udp";
}

/** The same servers with nothing but the addresses of one way; none for the direct one. */
export function serversOf(way: Way, servers: readonly RTCIceServer[]): RTCIceServer[] {
  return servers.flatMap((server) => {
    const urls = urlsOf(server).filter((url) => wayOf(url) === way);
    return urls.length === 0 ? [] : [{ ...server, urls }];
  });
}

/** What a firewall has to let through for one way, for example `UDP port 3478 of turn.example`. */
export function placesOf(way: Way, servers: readonly RTCIceServer[]): string[] {
  return servers.flatMap(urlsOf).flatMap((url) => {
    const match = TURN.exec(url);
    if (match === null || wayOf(url) !== way) return [];
    const port = match[3] ?? (way === "tls" ? "5349" : "3478");
    return [`${way === "udp" ? "UDP" : "TCP"} port ${port} of ${match[2]}`];
  });
}

function urlsOf({ urls }: RTCIceServer): string[] {
  return typeof urls === "string" ? [urls] : urls;
}

export interface Verdict {
  readonly severity: "success" | "warning" | "error";
  readonly text: string;
}

/** What all outcomes together mean; null while something is still to be tried. */
export function verdictOn(outcomes: Outcomes, servers: readonly RTCIceServer[]): Verdict | null {
  const every = WAYS.map((way) => outcomes[way]);
  if (every.some((each) => each === "waiting" || each === "trying")) return null;
  if (outcomes.direct === "blocked" && !every.includes("works")) {
    return {
      severity: "error",
      text: "This browser makes no connections at all. An extension, or a rule of your organisation, may forbid it.",
    };
  }
  const relays = WAYS.filter((way) => way !== "direct" && outcomes[way] !== "absent");
  if (relays.length === 0) {
    return {
      severity: "warning",
      text: "No relay is offered here, so calls work only where networks let people reach each other.",
    };
  }
  const open = (relays.includes("udp") ? ["udp" as const] : relays).flatMap((way) =>
    placesOf(way, servers),
  );
  if (!relays.some((way) => outcomes[way] === "works")) {
    return {
      severity: "error",
      text: `Your network lets nothing through to the relay, so some people will not see or hear you. Try another network, or ask for ${open.join(" and ")} to be opened.`,
    };
  }
  if (outcomes.udp === "blocked") {
    return {
      severity: "warning",
      text: `Calls work, but UDP is blocked, so pictures may stutter. Ask for ${open.join(" and ")} to be opened.`,
    };
  }
  return { severity: "success", text: "Your network lets calls through." };
}
