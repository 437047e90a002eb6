/** One call from joining to leaving: keeps model, media and transport in step with the socket. */
import { createStore, type StoreApi } from "zustand/vanilla";
import { Problem } from "../../api/problem";
import { CloseCode, type EventFrame, type JoinAnswer } from "../../protocol/frames";
import { backoff } from "../../realtime/backoff";
import type { Socket } from "../../realtime/socket";
import { ChatRoom } from "../chat/ChatRoom";
import type { LocalMedia, LocalMediaState } from "../media/LocalMedia";
import { OwnLevel } from "../media/OwnLevel";
import { CallMedia } from "./CallMedia";
import { shownConnections } from "./diagnostics";
import { Missed } from "./Missed";
import { rememberOverReload } from "./memory";
import * as model from "./model";
import { flagsOf, tracksOf } from "./ownMedia";
import { type LastHeard, listen } from "./speaking";
import type { Heights, RemoteMedia } from "./transport";

export interface CallState {
  /** Null until the server let us in. */
  readonly call: model.CallView | null;
  readonly remotes: ReadonlyMap<string, RemoteMedia>;
  /** Peer ids of those who are heard right now. */
  readonly speaking: ReadonlySet<string>;
  readonly ending: model.Ending | null;
}

export interface CallSessionOptions {
  readonly socket: Socket;
  readonly media: LocalMedia;
  readonly roomId: string;
  readonly ownUserId: string;
  /** The peer this tab was before it was loaded anew. */
  readonly peerId?: string | null;
}

/** Shorter than a syllable, or short words go unseen. */
const LISTEN_EVERY_MS = 120;
const RETELL_AFTER_MS = 2_000;

export class CallSession {
  readonly store: StoreApi<CallState> = createStore<CallState>(() => ({
    call: null,
    remotes: new Map(),
    speaking: new Set(),
    ending: null,
  }));
  readonly chat: ChatRoom;
  readonly missed: Missed;
  readonly media: LocalMedia;
  readonly roomId: string;
  readonly #socket: Socket;
  readonly #ownUserId: string;
  readonly #flow: CallMedia;
  #ownPeerId: string | null;
  #isJoining = false;
  /** Something was lost after `joinRoom` was sent: its answer may be older than that. */
  #joinsAgain = false;
  #failedJoins = 0;
  /** Whether the newest flags are told again soon: once, however many times they were refused. */
  #retells = false;
  #retries = new Set<ReturnType<typeof setTimeout>>();
  /** What came while `joinRoom` was on its way: it may be newer than the answer. */
  #early: model.CallEvent[] = [];
  #heard: LastHeard = new Map();
  readonly #ownLevel = new OwnLevel();
  #stops: (() => void)[] = [];

  constructor({ socket, media, roomId, ownUserId, peerId = null }: CallSessionOptions) {
    this.#socket = socket;
    this.media = media;
    this.roomId = roomId;
    this.chat = new ChatRoom(socket, roomId, ownUserId, "call");
    this.missed = new Missed(roomId);
    this.#flow = new CallMedia({
      socket,
      roomId,
      tracks: () => tracksOf(media.store.getState()),
      onChange: (remotes) => this.store.setState({ remotes }),
      onStale: () => void this.#join(),
    });
    this.#ownPeerId = peerId;
    this.#ownUserId = ownUserId;
  }

  start(): void {
    this.chat.open();
    const socket = this.#socket;
    const here = <F extends EventFrame>(react: (frame: F) => void) => {
      return (frame: F) => {
        if (frame.roomId === this.roomId) react(frame);
      };
    };
    this.#stops = [
      socket.onResync(() => void this.#join(), this.roomId),
      socket.onClose((code) => this.#lost(code)),
      ...model.CALL_EVENTS.map((name) =>
        socket.on(
          name,
          here((frame) => this.#receive(frame as model.CallEvent)),
        ),
      ),
      // What goes to one peer of this socket may come without its room.
      socket.on("signal", ({ roomId = this.roomId, data: { from, ...signal } }) => {
        if (roomId === this.roomId) this.#flow.receive(from, signal);
      }),
      socket.on("trackWatched", ({ roomId = this.roomId, data: { kind, height } }) => {
        if (roomId === this.roomId) this.#flow.watched(kind, height);
      }),
      socket.on(
        "roomClosed",
        here(() => this.#end({ reason: "closed" })),
      ),
      socket.on(
        "roomDeleted",
        here(() => this.#end({ reason: "deleted" })),
      ),
      socket.on(
        "participantRemoved",
        here(({ data }) => {
          if (data.userId === this.#ownUserId) this.#end({ reason: "removed" });
        }),
      ),
      this.media.store.subscribe((now, before) => this.#mediaChanged(now, before)),
    ];
    const timer = setInterval(() => this.#listen(), LISTEN_EVERY_MS);
    this.#stops.push(() => clearInterval(timer));
    this.#stops.push(shownConnections(() => this.peerConnections()));
    this.#stops.push(rememberOverReload(() => this.#remembered()));
  }

  leave(): void {
    if (this.#isOver()) return;
    // Without an answer the server finds out by the closed socket, eight seconds later.
    this.#tell(this.#socket.send("leaveRoom", { roomId: this.roomId }));
    this.#end({ reason: "left" });
  }

  toggleHand(): void {
    const { call } = this.store.getState();
    const isRaised = (call?.peers.get(call.ownPeerId)?.handRaisedAt ?? null) !== null;
    this.#tell(this.#socket.send(isRaised ? "lowerHand" : "raiseHand", { roomId: this.roomId }));
  }

  /** What is on the screen now; whoever is not in it is hidden. */
  show(heights: Heights): void {
    this.#flow.show(heights);
  }

  /** By peer id, or `pub` and `sub` where a media worker carries the call. */
  peerConnections(): ReadonlyMap<string, RTCPeerConnection> {
    return this.#flow.peerConnections();
  }

  async #join(): Promise<void> {
    if (this.#isOver() || this.#socket.state() !== "open") return;
    if (this.#isJoining) {
      this.#joinsAgain = true;
      return;
    }
    this.#isJoining = true;
    this.#joinsAgain = false;
    this.#early = [];
    const { camera, isMicrophoneOn } = this.media.store.getState();
    const after = this.chat.newestHeld;
    try {
      const answer = await this.#socket.send("joinRoom", {
        roomId: this.roomId,
        audio: isMicrophoneOn,
        video: camera !== null,
        ...(this.#ownPeerId === null ? {} : { peerId: this.#ownPeerId }),
        ...(after === undefined ? {} : { after: { chat: after } }),
      });
      this.#isJoining = false;
      this.#failedJoins = 0;
      if (this.#isOver()) return;
      this.#enter(answer);
      if (this.#joinsAgain) void this.#join();
    } catch (refused) {
      this.#isJoining = false;
      if (this.#isOver()) return;
      if (refused instanceof Problem && refused.isPassing) {
        // A lost connection joins again when it is back; this is for a server in trouble.
        this.#later(() => void this.#join(), backoff(this.#failedJoins++, Math.random));
      } else this.#end(model.endingByRefusal(refused));
    }
  }

  #lost(code: number): void {
    const { call } = this.store.getState();
    if (code === CloseCode.removed) this.#end({ reason: "removed" });
    else if (call !== null) {
      const since = this.#socket.lostAt() ?? Date.now();
      this.missed.lost(since, call, this.chat.store.getState().newestSeq);
    }
  }

  #enter(answer: JoinAnswer): void {
    const isNew = this.store.getState().call === null && this.#ownPeerId !== answer.peerId;
    this.#ownPeerId = answer.peerId;
    const call = model.entered(answer);
    this.store.setState({ call });
    this.#flow.enter(call, answer.iceServers);
    void this.missed.entered(call, { isNew });
    if (answer.chat === undefined) void this.chat.follow();
    else this.chat.catchUp({ chat: answer.chat, chatSeq: answer.chatSeq ?? 0 });
    this.#tellMedia();
    for (const event of this.#early.splice(0)) this.#receive(event);
  }

  #receive(event: model.CallEvent): void {
    if (this.#isOver()) return;
    const { call } = this.store.getState();
    if (call === null || this.#isJoining) {
      this.#early.push(event);
      return;
    }
    const { view, arrival } = model.receive(call, event);
    const ending = arrival === "duplicate" ? null : model.endingBy(call, event);
    if (ending !== null) {
      // Not even after a gap would joining be right: it would take the place back.
      this.#end(ending);
      return;
    }
    if (arrival === "gap") void this.#join();
    if (arrival !== "next") return;
    this.store.setState({ call: view });
    this.#flow.follow(view);
    if (event.type === "participantLeft" && event.data.peerId === call.ownPeerId) void this.#join();
  }

  #mediaChanged(now: LocalMediaState, before: LocalMediaState): void {
    const [next, last] = [tracksOf(now), tracksOf(before)];
    if (next.audio !== last.audio || next.camera !== last.camera || next.screen !== last.screen) {
      this.#flow.publish(next);
    }
    const isTold = JSON.stringify(flagsOf(now)) === JSON.stringify(flagsOf(before));
    if (!isTold) this.#tellMedia();
  }

  #tellMedia(): void {
    const flags = flagsOf(this.media.store.getState());
    const { call } = this.store.getState();
    if (call === null || this.#isJoining || this.#socket.state() !== "open") return;
    this.#socket.send("mediaState", { roomId: this.roomId, ...flags }).catch(() => {
      if (this.#retells) return;
      this.#retells = true;
      this.#later(() => this.#retellMedia(), RETELL_AFTER_MS);
    });
  }

  #retellMedia(): void {
    this.#retells = false;
    this.#tellMedia();
  }

  #listen(): void {
    const { call, speaking } = this.store.getState();
    if (call === null) return;
    const levels = new Map(this.#flow.levels());
    levels.set(call.ownPeerId, this.#ownLevel.read(this.media.store.getState()));
    this.#heard = listen(this.#heard, levels, Date.now());
    const next = new Set(this.#heard.keys());
    if (next.symmetricDifference(speaking).size > 0) this.store.setState({ speaking: next });
  }

  #remembered() {
    return this.#ownPeerId === null ? null : { roomId: this.roomId, peerId: this.#ownPeerId };
  }

  #isOver(): boolean {
    return this.store.getState().ending !== null;
  }

  #end(ending: model.Ending): void {
    if (this.#isOver()) return;
    for (const stop of this.#stops.splice(0)) stop();
    for (const retry of this.#retries) clearTimeout(retry);
    this.chat.close();
    this.#flow.close();
    this.#ownLevel.close();
    this.media.stop();
    this.store.setState({ ending });
  }

  /** Do it after a while, unless the call is over by then. */
  #later(act: () => void, ms: number): void {
    const retry = setTimeout(() => {
      this.#retries.delete(retry);
      act();
    }, ms);
    this.#retries.add(retry);
  }

  /** For what the person sees by itself: nothing changes on the screen, so they try again. */
  #tell(sent: Promise<unknown>): void {
    sent.catch(() => {});
  }
}
