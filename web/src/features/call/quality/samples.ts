/** What a browser's WebRTC statistics say of each track, in a few figures. Pure. */

import type { CallQualitySample } from "../../../protocol/rest";

export type Kind = CallQualitySample["kind"];

/** One track on one connection, over some seconds; analytics keeps it with its time. */
export type Sample = Omit<CallQualitySample, "at">;

/** The counters of a track at one moment. */
export interface Reading
  extends Pick<
    Sample,
    "leg" | "peerId" | "kind" | "direction" | "jitter" | "rtt" | "fps" | "height"
  > {
  /** The same for the same track on the same connection. */
  readonly key: string;
  /** Milliseconds. */
  readonly at: number;
  readonly bytes: number;
  readonly packets: number;
  readonly lost: number;
  readonly freezes: number;
  /** Sound samples that were made up, and all that were played. */
  readonly concealed: number;
  readonly played: number;
}

/** Whose track it is that has this id (`MediaStreamTrack.id`). */
export interface Owners {
  readonly remote: ReadonlyMap<string, { readonly peerId: string; readonly kind: Kind }>;
  readonly own: ReadonlyMap<string, Kind>;
}

/** The parts of webrtc-stats that are read here; each may be missing in some browser. */
interface Stats {
  readonly type: string;
  readonly timestamp: number;
  readonly trackIdentifier?: string;
  readonly mediaSourceId?: string;
  readonly remoteId?: string;
  readonly bytesReceived?: number;
  readonly bytesSent?: number;
  readonly packetsReceived?: number;
  readonly packetsSent?: number;
  readonly packetsLost?: number;
  readonly jitter?: number;
  readonly roundTripTime?: number;
  readonly currentRoundTripTime?: number;
  readonly availableOutgoingBitrate?: number;
  readonly nominated?: boolean;
  readonly state?: string;
  readonly framesPerSecond?: number;
  readonly frameHeight?: number;
  readonly freezeCount?: number;
  readonly concealedSamples?: number;
  readonly totalSamplesReceived?: number;
}

export type Report = ReadonlyMap<string, unknown>;

/** Which connection it is, whose name is its last word: another one may take over from it. */
export function legOf(name: string): {
  readonly leg: Sample["leg"];
  readonly peerId: string | null;
} {
  const last = name.slice(name.lastIndexOf(" ") + 1);
  return last === "pub" || last === "sub"
    ? { leg: last, peerId: null }
    : { leg: "mesh", peerId: last };
}

/** The tracks of one connection, known as `name`: a peer's id, `pub` or `sub`, or `before` it. */
export function readingsOf(name: string, report: Report, owners: Owners): Reading[] {
  const all = [...report.values()] as Stats[];
  const rtt = pathOf(all)?.currentRoundTripTime ?? null;
  const found = new Map<string, Reading>();
  for (const stats of all) {
    const reading = inbound(name, stats, owners, rtt) ?? outbound(name, stats, report, owners, rtt);
    if (reading === null) continue;
    // The layers of one camera are one track.
    const known = found.get(reading.key);
    found.set(reading.key, known === undefined ? reading : together(known, reading));
  }
  return [...found.values()];
}

/** bit/s that fit on the way out, as the browser estimates it. */
export function availableOf(report: Report): number | null {
  return pathOf([...report.values()] as Stats[])?.availableOutgoingBitrate ?? null;
}

function pathOf(all: readonly Stats[]): Stats | undefined {
  return all.find(
    ({ type, nominated, state }) => type === "candidate-pair" && nominated && state === "succeeded",
  );
}

function inbound(name: string, stats: Stats, owners: Owners, rtt: number | null): Reading | null {
  if (stats.type !== "inbound-rtp") return null;
  const owner = owners.remote.get(stats.trackIdentifier ?? "");
  if (owner === undefined) return null;
  return {
    ...figuresOf(stats, rtt),
    key: `${name} in ${owner.peerId} ${owner.kind}`,
    ...legOf(name),
    ...owner,
    direction: "in",
    bytes: stats.bytesReceived ?? 0,
    packets: stats.packetsReceived ?? 0,
    lost: Math.max(0, stats.packetsLost ?? 0),
  };
}

function outbound(
  name: string,
  stats: Stats,
  report: Report,
  owners: Owners,
  rtt: number | null,
): Reading | null {
  if (stats.type !== "outbound-rtp") return null;
  const source = report.get(stats.mediaSourceId ?? "") as Stats | undefined;
  const kind = owners.own.get(source?.trackIdentifier ?? "");
  if (kind === undefined) return null;
  // How it arrived, the other side tells by RTCP.
  const told = report.get(stats.remoteId ?? "") as Stats | undefined;
  return {
    ...figuresOf(stats, told?.roundTripTime ?? rtt),
    key: `${name} out ${kind}`,
    ...legOf(name),
    kind,
    direction: "out",
    jitter: told?.jitter ?? 0,
    bytes: stats.bytesSent ?? 0,
    packets: stats.packetsSent ?? 0,
    lost: Math.max(0, told?.packetsLost ?? 0),
  };
}

function figuresOf(stats: Stats, rtt: number | null) {
  return {
    at: stats.timestamp,
    jitter: stats.jitter ?? 0,
    rtt,
    fps: stats.framesPerSecond ?? null,
    height: stats.frameHeight ?? null,
    freezes: stats.freezeCount ?? 0,
    concealed: stats.concealedSamples ?? 0,
    played: stats.totalSamplesReceived ?? 0,
  };
}

function together(one: Reading, other: Reading): Reading {
  return {
    ...one,
    bytes: one.bytes + other.bytes,
    packets: one.packets + other.packets,
    lost: one.lost + other.lost,
    jitter: Math.max(one.jitter, other.jitter),
    rtt: greater(one.rtt, other.rtt),
    fps: greater(one.fps, other.fps),
    height: greater(one.height, other.height),
  };
}

function greater(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}

/** What happened from one reading to the next of the same track; null when no time passed. */
export function sampleOf(before: Reading, now: Reading): Sample | null {
  const seconds = (now.at - before.at) / 1_000;
  if (seconds <= 0) return null;
  // A connection that was made anew counts from 0 again.
  const grown = (name: "bytes" | "packets" | "lost" | "freezes" | "concealed" | "played") =>
    now[name] >= before[name] ? now[name] - before[name] : now[name];
  const { leg, peerId, kind, direction, jitter, rtt, fps, height } = now;
  // In what goes out, those that are lost were sent too.
  const sent = grown("packets") + (direction === "in" ? grown("lost") : 0);
  return {
    leg,
    peerId,
    kind,
    direction,
    bitrate: Math.round((grown("bytes") * 8) / seconds),
    loss: share(grown("lost"), sent),
    jitter: toThousandths(jitter),
    rtt: rtt === null ? null : toThousandths(rtt),
    fps: fps === null ? null : Math.round(fps),
    height,
    freezes: grown("freezes"),
    concealed: share(grown("concealed"), grown("played")),
  };
}

function share(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(1, toThousandths(part / whole));
}

function toThousandths(figure: number): number {
  return Math.round(figure * 1_000) / 1_000;
}
