/** The one WebSocket of this client: frames in, frames out, and coming back when it is lost. */
import { Problem } from "../api/problem";
import {
  CloseCode,
  type CommandName,
  type Commands,
  type EventFrame,
  type EventName,
  type ServerFrame,
  SUBPROTOCOL,
} from "../protocol/frames";
import { alarm } from "./alarm";
import { Answers, lost } from "./answers";
import { backoff, waitAfter } from "./backoff";
import { type Ask, Resyncs } from "./resyncs";

export type SocketState = "connecting" | "open" | "reconnecting" | "closed";

export interface Credentials {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface SocketOptions {
  readonly url: string;
  /** A token to connect with; `fresh` when the last one was refused. Null: the session is over. */
  readonly credentials: (need: { readonly fresh: boolean }) => Promise<Credentials | null>;
  readonly random?: () => number;
}

type Listener = (frame: EventFrame) => void;

const ANSWER_WITHIN_MS = 10_000;
/** A person who looks at the page again waits for this one. */
const PROBE_WITHIN_MS = 4_000;
const RENEW_BEFORE_MS = 60_000;
/** A connection may be accepted by nobody and refused by nobody; the wait doubles twice. */
const DIAL_WITHIN_MS = 5_000;

export class Socket {
  #state: SocketState = "closed";
  #ws: WebSocket | null = null;
  #isRunning = false;
  #attempt = 0;
  #wasOpen = false;
  #needsFreshToken = false;
  #lastSentAt = 0;
  #lastHeardAt = 0;
  #lostAt: number | null = null;
  #isDialing = false;
  #cancelRedial = () => {};
  #cancelHeartbeat = () => {};
  #cancelRenewal = () => {};
  readonly #answers = new Answers();
  readonly #listeners = new Map<EventName, Set<Listener>>();
  readonly #stateListeners = new Set<() => void>();
  readonly #closeListeners = new Set<(code: number) => void>();
  readonly #random: () => number;
  readonly #resyncs: Resyncs;

  constructor(private readonly options: SocketOptions) {
    this.#random = options.random ?? Math.random;
    this.#resyncs = new Resyncs(this.#random);
  }

  readonly state = (): SocketState => this.#state;

  /** Since when nothing is heard of the server, in milliseconds since the epoch; null while it is. */
  readonly lostAt = (): number | null => this.#lostAt;

  /** Hears every change of `state`. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  };

  /**
   * Hears each time events may have been lost, so that what they tell has to be asked for: the
   * server is connected (heard at once when it is now), or says that something did not reach it.
   *
   * With a `roomId` only of what is lost there, and before all who hear of every room.
   */
  onResync(ask: Ask, roomId?: string): () => void {
    const stop = this.#resyncs.add(ask, roomId);
    if (this.#state === "open") ask();
    return stop;
  }

  /** Hears the close code each time an open socket is lost. */
  onClose(listener: (code: number) => void): () => void {
    this.#closeListeners.add(listener);
    return () => this.#closeListeners.delete(listener);
  }

  on<Name extends EventName>(name: Name, listener: (frame: EventFrame<Name>) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener as Listener);
    return () => listeners.delete(listener as Listener);
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    addEventListener("online", this.#lookNow);
    addEventListener("offline", this.#lookNow);
    document.addEventListener("visibilitychange", this.#lookIfSeen);
    void this.#dial();
  }

  stop(): void {
    this.#isRunning = false;
    removeEventListener("online", this.#lookNow);
    removeEventListener("offline", this.#lookNow);
    document.removeEventListener("visibilitychange", this.#lookIfSeen);
    this.#cancelRedial();
    this.#drop(1000);
    this.#wasOpen = false;
    this.#lostAt = null;
    this.#become("closed");
  }

  /**
   * Send a command and wait for its answer.
   *
   * Nothing is kept for later: while the socket is not open this throws `not-connected`, and a
   * command whose answer the connection took with it throws `connection-lost`. The caller knows
   * whether repeating is right.
   */
  send<Name extends CommandName>(
    type: Name,
    data: Commands[Name]["data"],
  ): Promise<Commands[Name]["answer"]> {
    if (this.#state !== "open" || this.#ws === null) {
      return Promise.reject(lost("not-connected", "You are not connected right now."));
    }
    return this.#exchange(this.#ws, type, data);
  }

  /** The network came or went, or the page is seen again: finds a dead socket at once. */
  readonly #lookNow = (): void => {
    if (this.#state === "open" && this.#ws !== null) this.#ping(this.#ws, PROBE_WITHIN_MS);
    else if (this.#ws === null && !this.#isDialing) {
      this.#cancelRedial();
      void this.#dial();
    }
  };

  readonly #lookIfSeen = (): void => {
    if (document.visibilityState === "visible") this.#lookNow();
  };

  async #dial(): Promise<void> {
    this.#become(this.#wasOpen ? "reconnecting" : "connecting");
    let credentials: Credentials | null;
    this.#isDialing = true;
    try {
      credentials = await this.options.credentials({ fresh: this.#needsFreshToken });
    } catch {
      // The server is not reachable for REST either: the same wait as for a lost socket.
      this.#redialIn(backoff(this.#attempt++, this.#random));
      return;
    } finally {
      this.#isDialing = false;
    }
    if (!this.#isRunning || this.#ws !== null) return;
    if (credentials === null) {
      this.stop();
      return;
    }
    this.#needsFreshToken = false;
    const ws = new WebSocket(this.options.url, SUBPROTOCOL);
    const given = credentials;
    this.#ws = ws;
    const cancelImpatience = alarm(
      () => {
        if (ws === this.#ws) this.#lose(1006);
      },
      DIAL_WITHIN_MS * 2 ** Math.min(this.#attempt, 2),
    );
    ws.onopen = () => {
      cancelImpatience();
      void this.#greet(ws, given);
    };
    ws.onmessage = ({ data }) => {
      if (ws === this.#ws) this.#receive(JSON.parse(String(data)) as ServerFrame);
    };
    ws.onclose = ({ code }) => {
      cancelImpatience();
      if (ws === this.#ws) this.#lose(code);
    };
  }

  async #greet(ws: WebSocket, credentials: Credentials): Promise<void> {
    try {
      const answer = await this.#exchange(ws, "connect", { token: credentials.token });
      this.#attempt = 0;
      this.#wasOpen = true;
      this.#keepAlive(ws, answer.heartbeatSeconds * 1000);
      this.#renewBefore(ws, credentials.expiresAt);
      this.#lostAt = null;
      this.#become("open");
      this.#resyncs.all();
    } catch (refused) {
      if (ws !== this.#ws) return;
      this.#lose(
        refused instanceof Problem && refused.status === 401 ? CloseCode.unauthenticated : 1006,
      );
    }
  }

  #keepAlive(ws: WebSocket, everyMs: number): void {
    this.#cancelHeartbeat = alarm(() => {
      this.#keepAlive(ws, everyMs);
      if (Date.now() - this.#lastSentAt >= everyMs / 2) this.#ping(ws, ANSWER_WITHIN_MS);
    }, everyMs);
  }

  /** An unanswered ping is how a connection that died without a word is found. */
  #ping(ws: WebSocket, withinMs: number): void {
    this.#exchange(ws, "ping", {}, withinMs).catch(() => {
      if (ws === this.#ws) this.#lose(1006, this.#lastHeardAt);
    });
  }

  #renewBefore(ws: WebSocket, expiresAt: number): void {
    this.#cancelRenewal();
    const left = expiresAt - Date.now();
    const wait = Math.max(left - RENEW_BEFORE_MS, left / 2, 1_000);
    this.#cancelRenewal = alarm(() => void this.#renew(ws, expiresAt), wait);
  }

  async #renew(ws: WebSocket, expiresAt: number): Promise<void> {
    try {
      const credentials = await this.options.credentials({ fresh: true });
      if (ws !== this.#ws || credentials === null) return;
      await this.#exchange(ws, "connect", { token: credentials.token });
      this.#renewBefore(ws, credentials.expiresAt);
    } catch {
      // Tried again while the old token lasts; after that the server closes with 4401.
      if (ws === this.#ws) this.#renewBefore(ws, expiresAt);
    }
  }

  #exchange<Name extends CommandName>(
    ws: WebSocket,
    type: Name,
    data: Commands[Name]["data"],
    withinMs = ANSWER_WITHIN_MS,
  ): Promise<Commands[Name]["answer"]> {
    const { id, answer } = this.#answers.expect(withinMs);
    this.#lastSentAt = Date.now();
    ws.send(JSON.stringify({ id, type, data }));
    return answer as Promise<Commands[Name]["answer"]>;
  }

  #receive(frame: ServerFrame): void {
    this.#lastHeardAt = Date.now();
    if ("re" in frame) this.#answers.receive(frame);
    else if (frame.type === "resync") this.#resyncs.lost(frame.roomId);
    else for (const listener of this.#listeners.get(frame.type) ?? []) listener(frame);
  }

  #lose(code: number, at = Date.now()): void {
    this.#drop(1000);
    if (this.#wasOpen) this.#lostAt ??= at;
    for (const listener of this.#closeListeners) listener(code);
    if (!this.#isRunning) return;
    if (code === CloseCode.unauthenticated) this.#needsFreshToken = true;
    this.#become(this.#wasOpen ? "reconnecting" : "connecting");
    this.#redialIn(waitAfter(code, this.#attempt++, this.#random));
  }

  #redialIn(ms: number): void {
    if (!this.#isRunning) return;
    this.#cancelRedial();
    this.#cancelRedial = alarm(() => void this.#dial(), ms);
  }

  /** Let go of the connection and of everything that hangs on it. */
  #drop(code: number): void {
    const ws = this.#ws;
    this.#ws = null;
    this.#cancelHeartbeat();
    this.#cancelRenewal();
    this.#resyncs.cancel();
    ws?.close(code);
    this.#answers.loseAll();
  }

  #become(state: SocketState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener();
  }
}
