/** This person's call with Bob, entered through a scripted server. */
import { vi } from "vitest";
import { CallSession } from "../features/call/CallSession";
import { LocalMedia } from "../features/media/LocalMedia";
import type { JoinAnswer, Peer } from "../protocol/frames";
import { FakePeerConnection } from "./FakePeerConnection";
import { FakeServer } from "./FakeServer";
import { fakeRest } from "./rest";
import { signedInSocket } from "./sockets";

const START = "2026-01-05T10:00:00.000Z";

export const ME = peer("me");
export const BOB = peer("bob");

export function peer(peerId: string): Peer {
  return {
    peerId,
    userId: `u-${peerId}`,
    displayName: peerId,
    role: "participant",
    state: "connected",
    audio: false,
    video: false,
    screen: false,
    handRaisedAt: null,
    joinedAt: START,
  };
}

/** The answer to `joinRoom` while these are in the call, nothing written in its chat. */
export function inCall(peers: Peer[], seq: number): JoinAnswer {
  return {
    peerId: "me",
    call: { meetingId: "m", seq, startedAt: START, peers },
    iceServers: [],
    topology: "mesh",
    workerId: null,
    chat: [],
    chatSeq: 0,
  };
}

/** Needs fake timers; the test leaves the session. */
export async function enterCall(): Promise<{ server: FakeServer; session: CallSession }> {
  fakeRest({});
  FakePeerConnection.install();
  const server = new FakeServer().install();
  server.answers.joinRoom = inCall([BOB, ME], 4);
  const socket = signedInSocket();
  const session = new CallSession({
    socket,
    media: new LocalMedia(),
    roomId: "r",
    ownUserId: "u-me",
  });
  session.start();
  socket.start();
  await vi.advanceTimersByTimeAsync(0);
  return { server, session };
}
