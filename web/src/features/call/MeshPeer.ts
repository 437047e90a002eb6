/**
 * The connection to one other peer of a mesh.
 *
 * W3C perfect negotiation (WebRTC 1.0, section 10.7), with three additions: all work for a peer
 * runs one after the other; a description from a new RTCPeerConnection on the other side (a
 * reload) makes a new one here; and what is not connected is nudged until it is, because the
 * socket that carries signaling may lose frames.
 */
import { KINDS, type Kind, type Signal } from "../../protocol/frames";
import { flowingIn } from "./flowing";
import type { CameraLimit } from "./meshBudget";
import { originOf } from "./sdp";
import type { Connection, LocalTracks, RemoteMedia } from "./transport";

export interface MeshPeerOptions {
  /** Gives way when both offer at once. */
  readonly isPolite: boolean;
  readonly initiates: boolean;
  readonly iceServers: RTCIceServer[];
  readonly tracks: LocalTracks;
  readonly limit: CameraLimit;
  readonly send: (signal: Signal) => Promise<unknown>;
  readonly onChange: () => void;
}

const FIRST_NUDGE_MS = 4_000;
const LONGEST_NUDGE_MS = 20_000;

/** The media sections have this order: replaceTrack then starts and stops sharing unoffered. */
const SLOTS = KINDS;

export class MeshPeer {
  #pc: RTCPeerConnection;
  #iceServers: RTCIceServer[];
  #tracks: LocalTracks;
  #limit: CameraLimit;
  readonly #face = new MediaStream();
  #received: Partial<Record<Kind, MediaStreamTrack>> = {};
  #remoteOrigin: string | null = null;
  #early: RTCIceCandidateInit[] = [];
  #ignoresOffer = false;
  #wasConnected = false;
  #isClosed = false;
  #nudges = 0;
  #nudge: ReturnType<typeof setTimeout> | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(private readonly options: MeshPeerOptions) {
    this.#iceServers = options.iceServers;
    this.#tracks = options.tracks;
    this.#limit = options.limit;
    this.#pc = this.#open(options.initiates);
    this.#nudgeLater();
  }

  get connection(): RTCPeerConnection {
    return this.#pc;
  }

  remote(): RemoteMedia {
    return {
      audio: this.#received.audio ?? null,
      camera: this.#received.camera ?? null,
      screen: this.#received.screen ?? null,
      connection: this.#state(),
    };
  }

  level(): number {
    const receiver = this.#pc.getTransceivers()[0]?.receiver;
    return receiver?.getSynchronizationSources()[0]?.audioLevel ?? 0;
  }

  async flowing(): Promise<ReadonlySet<Kind>> {
    const pc = this.#pc;
    const mids = await flowingIn(pc);
    const sections = pc.getTransceivers();
    return new Set(SLOTS.filter((_, index) => mids.has(sections[index]?.mid ?? "")));
  }

  publish(tracks: LocalTracks): void {
    this.#tracks = tracks;
    this.#enqueue(() => this.#fillSlots());
  }

  limitCamera(limit: CameraLimit): void {
    this.#limit = limit;
    this.#enqueue(() => this.#applyLimit());
  }

  receive(signal: Signal): void {
    this.#enqueue(() =>
      "description" in signal
        ? this.#describe(signal.description)
        : this.#addCandidate(signal.candidate),
    );
  }

  resume(iceServers: RTCIceServer[]): void {
    this.#iceServers = iceServers;
    this.#pc.setConfiguration({ iceServers });
    if (this.#pc.connectionState !== "connected") this.#nudgeNow();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#nudge);
    this.#pc.close();
  }

  #open(initiates: boolean): RTCPeerConnection {
    const pc = new RTCPeerConnection({ iceServers: this.#iceServers });
    this.#remoteOrigin = null;
    this.#early = [];
    this.#received = {};
    const current = (react: () => void) => () => {
      if (pc === this.#pc && !this.#isClosed) react();
    };
    pc.onnegotiationneeded = current(() => this.#enqueue(() => this.#offer()));
    pc.onconnectionstatechange = current(() => this.#connectionChanged());
    pc.onicecandidate = ({ candidate }) => {
      if (pc === this.#pc && candidate !== null) this.#send({ candidate: candidate.toJSON() });
    };
    pc.ontrack = ({ transceiver, track }) => {
      const slot = SLOTS[pc.getTransceivers().indexOf(transceiver)];
      if (pc !== this.#pc || slot === undefined) return;
      this.#received = { ...this.#received, [slot]: track };
      this.options.onChange();
    };
    if (initiates) {
      for (const slot of SLOTS) {
        pc.addTransceiver(slot === "audio" ? "audio" : "video", {
          direction: "sendrecv",
          streams: this.#streamsOf(slot),
        });
      }
      this.#enqueue(() => this.#fillSlots());
    }
    return pc;
  }

  /** Voice and camera share a stream, so that the receiver keeps lips and words together. */
  #streamsOf(slot: Kind): MediaStream[] {
    return slot === "screen" ? [] : [this.#face];
  }

  #reopen(initiates: boolean): void {
    this.#pc.close();
    this.#pc = this.#open(initiates);
    this.options.onChange();
  }

  async #offer(): Promise<void> {
    if (this.#pc.signalingState !== "stable") return;
    await this.#pc.setLocalDescription();
    this.#sendDescription();
  }

  async #describe(description: RTCSessionDescriptionInit): Promise<void> {
    const origin = originOf(description.sdp ?? "");
    const isNewConnection = this.#remoteOrigin !== null && this.#remoteOrigin !== origin;
    const isOffer = description.type === "offer";
    const isCollision = isOffer && !isNewConnection && this.#pc.signalingState !== "stable";
    // Judged anew for every description: the candidates after an answer belong to the answer.
    this.#ignoresOffer = isCollision && !this.options.isPolite;
    if (this.#ignoresOffer) return;
    if (isOffer) {
      // Rolled back, transceivers of a first offer would stay beside those of the other side.
      if (isNewConnection || (isCollision && this.#remoteOrigin === null)) this.#reopen(false);
      await this.#acceptOffer(description, origin);
    } else if (this.#pc.signalingState !== "have-local-offer") return;
    else if (isNewConnection) this.#reopen(true);
    else {
      await this.#pc.setRemoteDescription(description);
      this.#remoteOrigin = origin;
      await this.#addEarlyCandidates();
    }
  }

  async #acceptOffer(description: RTCSessionDescriptionInit, origin: string): Promise<void> {
    await this.#pc.setRemoteDescription(description);
    this.#remoteOrigin = origin;
    for (const [index, transceiver] of this.#pc.getTransceivers().entries()) {
      transceiver.direction = "sendrecv";
      transceiver.sender.setStreams(...this.#streamsOf(SLOTS[index] ?? "screen"));
    }
    await this.#fillSlots();
    await this.#addEarlyCandidates();
    await this.#pc.setLocalDescription();
    this.#sendDescription();
  }

  async #addCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    if (this.#ignoresOffer) return;
    if (this.#pc.remoteDescription === null) {
      this.#early.push(candidate);
      return;
    }
    try {
      await this.#pc.addIceCandidate(candidate);
    } catch {
      // Of an ICE generation that is over: its successor sends its own.
    }
  }

  async #addEarlyCandidates(): Promise<void> {
    for (const candidate of this.#early.splice(0)) await this.#addCandidate(candidate);
  }

  async #fillSlots(): Promise<void> {
    const transceivers = this.#pc.getTransceivers();
    for (const [index, slot] of SLOTS.entries()) {
      const sender = transceivers[index]?.sender;
      const track = this.#tracks[slot];
      if (sender !== undefined && sender.track !== track) await sender.replaceTrack(track);
    }
  }

  async #applyLimit(): Promise<void> {
    const sender = this.#pc.getTransceivers()[SLOTS.indexOf("camera")]?.sender;
    const parameters = sender?.getParameters();
    // There are no encodings before the first description is set.
    if (sender === undefined || !parameters?.encodings?.length) return;
    for (const encoding of parameters.encodings) Object.assign(encoding, this.#limit);
    await sender.setParameters(parameters);
  }

  #connectionChanged(): void {
    const { connectionState } = this.#pc;
    if (connectionState === "connected") {
      this.#wasConnected = true;
      this.#enqueue(() => this.#applyLimit());
      this.#nudges = 0;
      clearTimeout(this.#nudge);
      this.#nudge = undefined;
    } else if (connectionState === "failed") this.#nudgeNow();
    else this.#nudgeLater();
    this.options.onChange();
  }

  #state(): Connection {
    if (this.#pc.connectionState === "connected") return "connected";
    return this.#wasConnected ? "interrupted" : "connecting";
  }

  #nudgeLater(): void {
    if (this.#nudge !== undefined || this.#isClosed) return;
    // The polite side waits longer, so that usually only one of the two offers.
    const wait = Math.min(LONGEST_NUDGE_MS, FIRST_NUDGE_MS * 2 ** this.#nudges);
    this.#nudge = setTimeout(() => this.#nudgeNow(), this.options.isPolite ? wait * 1.5 : wait);
  }

  #nudgeNow(): void {
    clearTimeout(this.#nudge);
    this.#nudge = undefined;
    if (this.#isClosed || this.#pc.connectionState === "connected") return;
    this.#nudges += 1;
    this.#enqueue(async () => {
      if (this.#pc.signalingState === "have-local-offer") this.#sendDescription();
      else if (this.#pc.getTransceivers().length === 0) this.#reopen(true);
      else this.#pc.restartIce();
    });
    this.#nudgeLater();
  }

  #sendDescription(): void {
    const description = this.#pc.localDescription;
    if (description !== null) this.#send({ description: description.toJSON() });
  }

  #send(signal: Signal): void {
    // Lost with the socket: `resume` and the nudges repeat what matters.
    this.options.send(signal).catch(() => {});
  }

  #enqueue(step: () => Promise<void> | void): void {
    this.#work = this.#work.then(async () => {
      if (this.#isClosed) return;
      try {
        await step();
      } catch {
        // A description that no longer fits the state; the connection is tried anew.
        this.#nudgeLater();
      }
    });
  }
}
