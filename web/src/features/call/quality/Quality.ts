/** Looks at a call's connections every other second: the one place where statistics are asked for. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { CallSession } from "../CallSession";
import { others } from "../model";
import { tracksOf } from "../ownMedia";
import { Reports } from "./reports";
import {
  availableOf,
  legOf,
  type Owners,
  type Reading,
  readingsOf,
  type Sample,
  sampleOf,
} from "./samples";
import { type Missing, missing, unheard } from "./silence";
import {
  type Settled,
  settle,
  UNSETTLED,
  type Verdict,
  verdictOnOwn,
  verdictOnPeer,
} from "./verdict";

export interface QualityState {
  /** By peer id; the own one tells how what this person sends gets out. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** Peers that are not muted and of whom nothing arrives. */
  readonly unheard: ReadonlySet<string>;
  /** A connection that carried media is being repaired. */
  readonly isRepairing: boolean;
}

export type Watched = Pick<CallSession, "store" | "media" | "roomId" | "peerConnections">;

const LOOK_EVERY_MS = 2_000;
/** In looks: a report has figures over ten seconds, and goes out with its follower. */
const LOOKS_A_REPORT = 5;
const LOOKS_A_BATCH = 10;

export class Quality {
  readonly store: StoreApi<QualityState> = createStore<QualityState>(() => ({
    verdicts: new Map(),
    unheard: new Set(),
    isRepairing: false,
  }));
  readonly #reports: Reports;
  #last = new Map<string, Reading>();
  #reported = new Map<string, Reading>();
  #settled = new Map<string, Settled>();
  #missing: Missing = new Map();
  #looks = 0;
  #isLooking = false;

  constructor(private readonly session: Watched) {
    this.#reports = new Reports(session.roomId);
  }

  start(): () => void {
    const timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    const finish = () => this.#reports.send({ isLast: true });
    addEventListener("pagehide", finish);
    return () => {
      clearInterval(timer);
      removeEventListener("pagehide", finish);
      finish();
    };
  }

  async look(): Promise<void> {
    // A machine that is busy answers late; a second question would not help it.
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      await this.#look();
    } finally {
      this.#isLooking = false;
    }
  }

  async #look(): Promise<void> {
    const connections = this.session.peerConnections();
    const owners = this.#owners();
    const asked = [...connections].map(async ([name, connection]) => {
      const report = await connection.getStats();
      return { name, report, readings: readingsOf(name, report, owners) };
    });
    const answers = (await Promise.allSettled(asked)).flatMap((each) =>
      // A connection that was closed meanwhile has nothing to say.
      each.status === "fulfilled" ? [each.value] : [],
    );
    const readings = answers.flatMap((answer) => answer.readings);
    const available = answers
      .filter(({ name }) => legOf(name).leg !== "sub")
      .map(({ report }) => availableOf(report))
      .filter((bitrate) => bitrate !== null);
    const samples = between(this.#last, readings);
    this.#last = keyed(readings);
    this.#judge(connections, samples, available.length === 0 ? null : Math.max(...available));
    this.#report(readings);
  }

  #judge(
    connections: ReadonlyMap<string, RTCPeerConnection>,
    samples: readonly Sample[],
    available: number | null,
  ): void {
    const { call, remotes } = this.session.store.getState();
    if (call === null) return;
    const next = new Map<string, Settled>();
    const settleOn = (peerId: string, verdict: Verdict | null) =>
      next.set(peerId, settle(this.#settled.get(peerId) ?? UNSETTLED, verdict));
    for (const { peerId } of others(call)) {
      const of = samples.filter((each) => each.direction === "in" && each.peerId === peerId);
      settleOn(peerId, verdictOnPeer(remotes.get(peerId)?.connection, of));
    }
    const out = samples.filter(({ direction }) => direction === "out");
    const states = [...connections.values()].map(({ connectionState }) => connectionState);
    settleOn(call.ownPeerId, verdictOnOwn(states, out, available));
    this.#settled = next;

    const isHeard = (peerId: string) => remotes.get(peerId)?.connection === "connected";
    const unmuted = others(call).filter(({ peerId, audio }) => audio && isHeard(peerId));
    this.#missing = missing(
      this.#missing,
      unmuted.map(({ peerId }) => peerId),
      samples,
    );
    this.#tell({
      verdicts: new Map(
        [...next].flatMap(([peerId, { shown }]) => (shown === null ? [] : [[peerId, shown]])),
      ),
      unheard: unheard(this.#missing),
      isRepairing: isRepairing(connections),
    });
  }

  /** Nothing is drawn anew when nothing changed. */
  #tell(next: QualityState): void {
    const told = (state: QualityState) =>
      JSON.stringify([[...state.verdicts], [...state.unheard], state.isRepairing]);
    if (told(next) !== told(this.store.getState())) this.store.setState(next);
  }

  #report(readings: readonly Reading[]): void {
    const { call } = this.session.store.getState();
    if (call === null) return;
    this.#looks += 1;
    if (this.#looks % LOOKS_A_REPORT === 0) {
      this.#reports.keep(call.meetingId, between(this.#reported, readings), new Date());
      this.#reported = keyed(readings);
    }
    if (this.#looks % LOOKS_A_BATCH === 0) this.#reports.send();
  }

  #owners(): Owners {
    const { remotes } = this.session.store.getState();
    const remote = new Map<string, { peerId: string; kind: Sample["kind"] }>();
    for (const [peerId, tracks] of remotes) {
      for (const kind of ["audio", "camera", "screen"] as const) {
        const track = tracks[kind];
        if (track !== null) remote.set(track.id, { peerId, kind });
      }
    }
    const own = new Map<string, Sample["kind"]>();
    const tracks = tracksOf(this.session.media.store.getState());
    for (const kind of ["audio", "camera", "screen"] as const) {
      const track = tracks[kind];
      if (track !== null) own.set(track.id, kind);
    }
    return { remote, own };
  }
}

/** In a mesh one broken connection is one person's; two to a worker carry everybody. */
function isRepairing(connections: ReadonlyMap<string, RTCPeerConnection>): boolean {
  const isBroken = ({ connectionState: state }: RTCPeerConnection) =>
    state === "disconnected" || state === "failed";
  const legs = [...connections].filter(([name]) => name === "pub" || name === "sub");
  if (legs.length > 0) return legs.some(([, leg]) => isBroken(leg));
  return connections.size > 0 && [...connections.values()].every(isBroken);
}

function keyed(readings: readonly Reading[]): Map<string, Reading> {
  return new Map(readings.map((reading) => [reading.key, reading]));
}

function between(before: ReadonlyMap<string, Reading>, now: readonly Reading[]): Sample[] {
  return now.flatMap((reading) => {
    const last = before.get(reading.key);
    const sample = last === undefined ? null : sampleOf(last, reading);
    return sample === null ? [] : [sample];
  });
}
