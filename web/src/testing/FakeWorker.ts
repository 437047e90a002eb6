/** A media worker behind a `FakeServer`: gives every track that is wanted a section. */
import { originOf } from "../features/call/sdp";
import type { Slot, Subscribed, Want } from "../protocol/frames";
import { sdpOf } from "./FakePeerConnection";
import type { FakeServer } from "./FakeServer";

export class FakeWorker {
  /** By `mid`; a section nobody needs is given to the next track. */
  #slots: Record<string, Slot> = {};
  #mids = 0;
  /** Which connection offered `pub` last; another one is a new page, and both legs begin anew. */
  #origin = "";
  /** Of its end of the connection on which it sends. */
  fingerprint = "sha-256 AB:01";
  /** Peers the worker has not heard of yet. */
  readonly unknown = new Set<string>();

  constructor(private readonly server: FakeServer) {
    this.#answer();
  }

  /** Commands find it again after they did not for a while. */
  back(): void {
    this.#answer();
  }

  /** Refuses both commands, in these words. */
  refuse(status: number, code: string): void {
    this.server.answers.signal = { status, code, detail: "No." };
    this.server.answers.subscribe = { status, code, detail: "No." };
  }

  /** The section that carries this track now. */
  midOf(peerId: string, kind: string): string | undefined {
    const found = Object.entries(this.#slots).find(([, slot]) => isOf(slot, { peerId, kind }));
    return found?.[0];
  }

  #answer(): void {
    this.server.answers.signal = ({ leg, description }) =>
      leg === "pub" ? this.#publish(originOf(description.sdp)) : {};
    this.server.answers.subscribe = ({ tracks, restart }) => this.#subscribe(tracks, restart);
  }

  #publish(origin: string): object {
    if (origin !== this.#origin) this.#slots = {};
    this.#origin = origin;
    return { description: { type: "answer", sdp: sdpOf("worker") } };
  }

  #subscribe(wants: readonly Want[], restart = false): Subscribed {
    const known = wants.filter(({ peerId }) => !this.unknown.has(peerId));
    const before = JSON.stringify(this.#slots);
    const kept = Object.entries(this.#slots).filter(([, slot]) =>
      known.some((want) => isOf(want, slot)),
    );
    const free = Object.keys(this.#slots).filter((mid) => !kept.some(([each]) => each === mid));
    const fresh = known.filter((want) => !kept.some(([, slot]) => isOf(want, slot)));
    const given = fresh.map(({ peerId, kind }): [string, Slot] => [
      free.shift() ?? String(this.#mids++),
      { peerId, kind },
    ]);
    this.#slots = Object.fromEntries([...kept, ...given]);
    const isSame = !restart && before === JSON.stringify(this.#slots);
    const offer = {
      type: "offer",
      sdp: sdpOf("worker", Object.keys(this.#slots), this.fingerprint),
    } as const;
    return { slots: this.#slots, ...(isSame ? {} : { description: offer }) };
  }
}

function isOf(one: { peerId: string; kind: string }, other: { peerId: string; kind: string }) {
  return one.peerId === other.peerId && one.kind === other.kind;
}
