import { describe, expect, it } from "vitest";
import type { JoinAnswer, Peer } from "../../protocol/frames";
import { type CallEvent, entered, others, raisedHands, receive } from "./model";

function peer(peerId: string, more: Partial<Peer> = {}): Peer {
  return {
    peerId,
    userId: `u-${peerId}`,
    displayName: peerId,
    role: "participant",
    state: "connected",
    audio: true,
    video: true,
    screen: false,
    handRaisedAt: null,
    joinedAt: "2026-01-01T10:00:00.000Z",
    ...more,
  };
}

function answer(peers: Peer[], seq = 5): JoinAnswer {
  return {
    peerId: "me",
    call: { meetingId: "m", seq, startedAt: "2026-01-01T10:00:00.000Z", peers },
    iceServers: [],
    topology: "mesh",
    workerId: null,
    chat: [],
    chatSeq: 0,
  };
}

const joined = (seq: number, who: Peer): CallEvent => ({
  type: "participantJoined",
  roomId: "r",
  seq,
  data: { meetingId: "m", peer: who },
});
const left = (seq: number, peerId: string): CallEvent => ({
  type: "participantLeft",
  roomId: "r",
  seq,
  data: { meetingId: "m", peerId, userId: `u-${peerId}`, reason: "left" },
});

describe("the call", () => {
  const start = entered(answer([peer("me"), peer("bob")]));

  it("begins as joinRoom told it, with everybody but you as the others", () => {
    expect(start.ownPeerId).toBe("me");
    expect(others(start).map(({ peerId }) => peerId)).toEqual(["bob"]);
  });

  it("follows who comes, changes and goes", () => {
    let { view } = receive(start, joined(6, peer("cid")));
    view = receive(view, {
      type: "participantUpdated",
      roomId: "r",
      seq: 7,
      data: { meetingId: "m", peer: peer("bob", { audio: false }) },
    }).view;
    view = receive(view, left(8, "cid")).view;

    expect([...view.peers.keys()]).toEqual(["me", "bob"]);
    expect(view.peers.get("bob")?.audio).toBe(false);
    expect(view.seq).toBe(8);
  });

  it("ignores an event it has had", () => {
    const again = receive(start, left(5, "bob"));

    expect(again).toEqual({ view: start, arrival: "duplicate" });
  });

  it("does not guess over a gap", () => {
    const jumped = receive(start, left(7, "bob"));

    expect(jumped.arrival).toBe("gap");
    expect(jumped.view.peers.has("bob")).toBe(true);
  });

  it("equals a fresh answer after the same events", () => {
    const { view } = receive(receive(start, joined(6, peer("cid"))).view, left(7, "bob"));

    expect(view).toEqual(entered(answer([peer("me"), peer("cid")], 7)));
  });

  it("takes another way when it is told to, and equals a fresh answer then", () => {
    const { view } = receive(start, {
      type: "topologyChanged",
      roomId: "r",
      seq: 6,
      data: { meetingId: "m", topology: "sfu", workerId: "w1" },
    });

    const fresh = answer([peer("me"), peer("bob")], 6);
    expect(view).toEqual(entered({ ...fresh, topology: "sfu", workerId: "w1" }));
  });

  it("is empty when it ended", () => {
    const { view } = receive(start, {
      type: "callEnded",
      roomId: "r",
      seq: 6,
      data: { meetingId: "m", durationSeconds: 1 },
    });

    expect(view.peers.size).toBe(0);
  });
});

it("keeps tiles in the order people came, whatever order they were told in", () => {
  const view = entered(
    answer([
      peer("late", { joinedAt: "2026-01-01T10:05:00.000Z" }),
      peer("me"),
      peer("early", { joinedAt: "2026-01-01T10:01:00.000Z" }),
    ]),
  );

  expect(others(view).map(({ peerId }) => peerId)).toEqual(["early", "late"]);
});

it("queues raised hands by who waits longest", () => {
  const view = entered(
    answer([
      peer("me"),
      peer("second", { handRaisedAt: "2026-01-01T10:07:00.000Z" }),
      peer("first", { handRaisedAt: "2026-01-01T10:06:00.000Z" }),
    ]),
  );

  expect(raisedHands(view).map(({ peerId }) => peerId)).toEqual(["first", "second"]);
});
