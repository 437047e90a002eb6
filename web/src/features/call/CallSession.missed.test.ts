import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Peer } from "../../protocol/frames";
import { enterCall, inCall, ME, peer } from "../../testing/calls";
import type { FakeServer } from "../../testing/FakeServer";
import { fakeRest, json, type SentRequest } from "../../testing/rest";
import type { CallSession } from "./CallSession";

let server: FakeServer;
let session: CallSession;

const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

beforeEach(async () => {
  vi.useFakeTimers();
  ({ server, session } = await enterCall());
});

afterEach(() => session.leave());

describe("what was missed", () => {
  const digest = () => session.missed.store.getState().digest;
  const counted = { messages: 2, namingYou: 0, first: 5, firstNamingYou: null, newest: 6 };
  let requests: SentRequest[];

  beforeEach(() => {
    requests = fakeRest({ "GET /api/chat/digest/r": () => json({ ...counted, isMore: false }) });
  });

  /** The socket is lost, and back after `ms` with these in the call. */
  async function away(ms: number, peers: Peer[]): Promise<void> {
    server.isUp = false;
    server.latest.close(1006);
    await settle(ms);
    server.answers.joinRoom = inCall(peers, 9);
    server.isUp = true;
    dispatchEvent(new Event("online"));
    await settle();
  }

  it("while one was away is told when one is back, from the newest message on", async () => {
    await away(31_000, [ME, peer("cid")]);

    expect(digest()).toMatchObject({ kind: "away", left: ["bob"], joined: ["cid"], seconds: 31 });
    expect(requests.map(({ path }) => path)).toEqual(["/api/chat/digest/r?after=0"]);
  });

  it("in a moment is not worth a word", async () => {
    await away(29_000, [ME, peer("cid")]);

    expect(digest()).toBeNull();
    expect(requests).toEqual([]);
  });

  it("is told without numbers when the chat does not answer", async () => {
    fakeRest({});
    await away(31_000, [ME]);

    expect(digest()).toMatchObject({ left: ["bob"], chat: null });
  });

  it("is nothing where the call was only asked for again", async () => {
    server.latest.event({ type: "resync", data: {} });
    await settle(2_000);

    expect(server.heard("joinRoom")).toHaveLength(2);
    expect(requests).toEqual([]);
  });
});
