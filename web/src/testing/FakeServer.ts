/** The far end of the WebSocket, scripted: the one place where tests replace something real. */
import { vi } from "vitest";
import type { EventFrame, ServerFrame } from "../protocol/frames";

export interface SentFrame {
  readonly id: number;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into frames of every kind
  readonly data: any;
}

/** What a command is answered with; a function sees its data, "silence" gives no answer. */
type Answer = object | "silence" | ((data: SentFrame["data"]) => object);

export class FakeServer {
  readonly connections: FakeConnection[] = [];
  readonly answers: Record<string, Answer> = {
    connect: { connectionId: "c", heartbeatSeconds: 15 },
  };
  /** Whether a new connection opens; else it is refused like a server that is down. */
  isUp = true;
  /** Whether a new connection is neither opened nor refused. */
  isDeaf = false;

  install(): this {
    const server = this;
    vi.stubGlobal(
      "WebSocket",
      class extends FakeConnection {
        constructor(url: string, protocol: string) {
          super(server, url, protocol);
        }
      },
    );
    return this;
  }

  get latest(): FakeConnection {
    const latest = this.connections.at(-1);
    if (latest === undefined) throw new Error("nobody connected");
    return latest;
  }

  /** Every frame of this type, over all connections. */
  heard(type: string): SentFrame[] {
    return this.connections.flatMap(({ sent }) => sent).filter((frame) => frame.type === type);
  }
}

export class FakeConnection {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: SentFrame[] = [];

  constructor(
    private readonly server: FakeServer,
    readonly url: string,
    readonly protocol: string,
  ) {
    server.connections.push(this);
    queueMicrotask(() => {
      if (server.isDeaf) return;
      if (server.isUp) this.onopen?.();
      else this.close(1006);
    });
  }

  send(text: string): void {
    const frame = JSON.parse(text) as SentFrame;
    this.sent.push(frame);
    const answer = this.server.answers[frame.type] ?? {};
    if (answer === "silence") return;
    const data = typeof answer === "function" ? answer(frame.data) : answer;
    queueMicrotask(() =>
      this.#deliver(
        "status" in data
          ? ({ re: frame.id, type: "error", error: data } as ServerFrame)
          : { re: frame.id, type: "ok", data },
      ),
    );
  }

  close(code = 1000): void {
    this.onclose?.({ code });
  }

  event(frame: EventFrame): void {
    this.#deliver(frame);
  }

  #deliver(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}
