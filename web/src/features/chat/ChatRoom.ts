/** Keeps one room's chat in step with the server, and sends what is written. */
import { createStore, type StoreApi } from "zustand/vanilla";
import { listMessages } from "../../api/chat";
import { newId } from "../../api/newId";
import { inWords, Problem } from "../../api/problem";
import type { ChatCatchUp } from "../../protocol/frames";
import type { ChatMessage } from "../../protocol/rest";
import { backoff } from "../../realtime/backoff";
import type { Socket } from "../../realtime/socket";
import * as model from "./model";
import { keepUnsent, unsent } from "./unsent";

export interface ChatView extends model.ChatState {
  /** User id to name, of those who are writing now. */
  readonly typing: ReadonlyMap<string, string>;
  readonly problem: string | null;
  /** The message to put on the screen next. */
  readonly revealed: number | null;
}

/** `follow` listens by itself; in a `call` the messages come with `joinRoom`. */
export type Listening = "follow" | "call";

const TYPING_SHOWN_MS = 5_000;
const TYPING_TOLD_EVERY_MS = 3_000;
const PAGE = 50;
const CATCH_UP_PAGE = 200;
/** How often a message is sent again by itself while the server has trouble: about a minute. */
const TRIES = 10;

export class ChatRoom {
  readonly store: StoreApi<ChatView> = createStore<ChatView>(() => ({
    ...model.EMPTY_CHAT,
    typing: new Map(),
    problem: null,
    revealed: null,
  }));
  #mending: Promise<void> | null = null;
  #isLoadingOlder = false;
  #toldTypingAt = 0;
  #failures = 0;
  #again: ReturnType<typeof setTimeout> | undefined;
  #stops: (() => void)[] = [];
  #posting: Promise<void> = Promise.resolve();
  #isClosed = false;
  readonly #typingTimers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(
    private readonly socket: Socket,
    readonly roomId: string,
    private readonly ownUserId: string,
    private readonly listening: Listening,
  ) {}

  open(): void {
    const kept = unsent(this.ownUserId, this.roomId);
    this.#change((state) => kept.reduce(model.sending, state));
    this.#stops = [
      this.store.subscribe(({ pending }, before) => {
        if (pending !== before.pending) keepUnsent(this.ownUserId, this.roomId, pending);
      }),
      this.socket.on("chatMessage", ({ roomId, seq, data }) => {
        if (roomId !== this.roomId || seq === undefined) return;
        this.#forgetTyping(data.sender);
        this.#change((state) => model.receive(state, [{ ...data, seq }]));
        void this.mend();
      }),
      this.socket.on("typing", ({ roomId, data }) => {
        if (roomId === this.roomId && data.userId !== this.ownUserId) {
          this.#showTyping(data.userId, data.displayName);
        }
      }),
    ];
    if (this.listening === "follow") {
      this.#stops.push(this.socket.onResync(() => void this.follow(), this.roomId));
    }
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    clearTimeout(this.#again);
    this.#isClosed = true;
    for (const timer of this.#typingTimers.values()) clearTimeout(timer);
    if (this.socket.state() === "open") {
      this.#ignoreLoss(this.socket.send("unfollowRoom", { roomId: this.roomId }));
    }
  }

  /** The newest message held; what `after.chat` asks from. */
  get newestHeld(): number | undefined {
    return this.store.getState().messages.at(-1)?.seq;
  }

  /** Ask to hear the room, and again while the server has trouble with it. */
  async follow(): Promise<void> {
    clearTimeout(this.#again);
    const after = this.newestHeld;
    try {
      this.catchUp(
        await this.socket.send("followRoom", {
          roomId: this.roomId,
          ...(after === undefined ? {} : { after: { chat: after } }),
        }),
      );
      this.#failures = 0;
    } catch (refused) {
      if (this.#isClosed || this.socket.state() !== "open") return;
      this.store.setState({ problem: inWords(refused) });
      if (!(refused instanceof Problem && refused.isPassing)) return;
      this.#again = setTimeout(() => void this.follow(), backoff(this.#failures++, Math.random));
    }
  }

  /** Take in what `joinRoom` or `followRoom` answered. */
  catchUp({ chat, chatSeq }: ChatCatchUp): void {
    this.#change((state) => model.loaded(state, chat, chatSeq));
    this.store.setState({ problem: null });
    void this.mend();
    this.#sendAgain();
  }

  send(text: string): void {
    const trimmed = text.trim();
    if (trimmed !== "") this.#post(newId(), trimmed);
  }

  retry(clientId: string): void {
    const message = this.store.getState().pending.find((one) => one.clientId === clientId);
    if (message !== undefined) this.#post(clientId, message.text);
  }

  discard(clientId: string): void {
    this.#change((state) => model.discarded(state, clientId));
  }

  markSeen(): void {
    this.#change(model.seen);
  }

  tellTyping(): void {
    const now = Date.now();
    if (now - this.#toldTypingAt < TYPING_TOLD_EVERY_MS || this.socket.state() !== "open") return;
    this.#toldTypingAt = now;
    this.#ignoreLoss(this.socket.send("typing", { roomId: this.roomId }));
  }

  async loadOlder(): Promise<void> {
    const state = this.store.getState();
    const oldest = state.messages[0]?.seq;
    if (this.#isLoadingOlder || oldest === undefined || !model.hasOlder(state)) return;
    this.#isLoadingOlder = true;
    try {
      const older = await listMessages(this.roomId, { before: oldest, limit: PAGE });
      this.#change((now) => model.receive(now, older));
    } catch (refused) {
      this.store.setState({ problem: inWords(refused) });
    } finally {
      this.#isLoadingOlder = false;
    }
  }

  /** Put a message on the screen, with everything after it; as far back as can be read now. */
  async reveal(seq: number): Promise<void> {
    const oldest = () => this.store.getState().messages[0]?.seq ?? 0;
    for (let before = Number.POSITIVE_INFINITY; oldest() > seq && oldest() < before; ) {
      before = oldest();
      await this.loadOlder();
    }
    this.store.setState({ revealed: Math.max(seq, oldest()) });
  }

  readonly hasRevealed = (): void => this.store.setState({ revealed: null });

  /** Fetch what the numbering says is missing; several calls share one round. */
  mend(): Promise<void> {
    this.#mending ??= this.#fetchMissing().finally(() => {
      this.#mending = null;
    });
    return this.#mending;
  }

  async #fetchMissing(): Promise<void> {
    for (;;) {
      const after = model.missingAfter(this.store.getState());
      if (after === null) return;
      try {
        const found = await listMessages(this.roomId, { after, limit: CATCH_UP_PAGE });
        this.#change((state) => {
          const next = model.receive(state, found);
          return model.missingAfter(next) === after ? model.nothingAfter(next, after) : next;
        });
      } catch {
        // Asked again with the next message, or when the socket comes back.
        return;
      }
    }
  }

  /** One after the other, so that they arrive in the order they were written. */
  #post(clientId: string, text: string): void {
    const message = { clientId, text, startedAt: Date.now(), status: "sending" } as const;
    this.#change((state) => model.sending(state, message));
    this.#toldTypingAt = 0;
    this.#posting = this.#posting.then(() => this.#postUntilSettled(clientId, text));
  }

  /** The client id makes it one message, however often it has to be sent. */
  async #postUntilSettled(clientId: string, text: string): Promise<void> {
    for (let failures = 0; !this.#isClosed; failures++) {
      try {
        await this.#postOnce(clientId, text);
        return;
      } catch (refused) {
        const isPassing = refused instanceof Problem && refused.isPassing;
        const isConnected = this.socket.state() === "open";
        if (!isPassing || failures === TRIES || !isConnected) {
          const trouble = isConnected ? "lost" : "waiting";
          const status = isPassing ? trouble : "refused";
          this.#change((state) => model.notSent(state, clientId, status, inWords(refused)));
          return;
        }
        await new Promise((wake) => setTimeout(wake, backoff(failures, Math.random)));
      }
    }
  }

  async #postOnce(clientId: string, text: string): Promise<void> {
    const { seq, messageId, timestamp } = await this.socket.send("chatMessage", {
      roomId: this.roomId,
      message: text,
      clientId,
    });
    const posted: ChatMessage = {
      id: messageId,
      seq,
      sender: this.ownUserId,
      senderName: "",
      message: text,
      messageType: "text",
      timestamp,
      clientId,
    };
    this.#change((state) => model.discarded(model.receive(state, [posted]), clientId));
    void this.mend();
  }

  #sendAgain(): void {
    for (const { clientId, status } of this.store.getState().pending) {
      if (status === "lost" || status === "waiting") this.retry(clientId);
    }
  }

  #showTyping(userId: string, name: string): void {
    clearTimeout(this.#typingTimers.get(userId));
    this.#typingTimers.set(
      userId,
      setTimeout(() => this.#forgetTyping(userId), TYPING_SHOWN_MS),
    );
    this.store.setState(({ typing }) => ({ typing: new Map(typing).set(userId, name) }));
  }

  #forgetTyping(userId: string): void {
    clearTimeout(this.#typingTimers.get(userId));
    if (!this.#typingTimers.delete(userId)) return;
    this.store.setState(({ typing }) => {
      const others = new Map(typing);
      others.delete(userId);
      return { typing: others };
    });
  }

  #change(step: (state: model.ChatState) => model.ChatState): void {
    this.store.setState((view) => step(view));
  }

  /** For what need not arrive: the next one says it again. */
  #ignoreLoss(sent: Promise<unknown>): void {
    sent.catch(() => {});
  }
}
