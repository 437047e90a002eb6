import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Signal } from "../../protocol/frames";
import { FakePeerConnection, sdpOf } from "../../testing/FakePeerConnection";
import { MeshPeer } from "./MeshPeer";

let peer: MeshPeer;
let sent: Signal[];

function connect({ isPolite }: { isPolite: boolean }): void {
  peer = new MeshPeer({
    isPolite,
    initiates: true,
    iceServers: [],
    tracks: { audio: null, camera: null, screen: null },
    limit: { maxBitrate: 1, maxFramerate: 1, scaleResolutionDownBy: 1 },
    send: async (signal) => void sent.push(signal),
    onChange: () => {},
  });
}

const settle = () => vi.advanceTimersByTimeAsync(0);
const current = () => FakePeerConnection.made.at(-1) as FakePeerConnection;
const types = () =>
  sent.map((signal) => ("description" in signal ? signal.description.type : "candidate"));

async function offer(): Promise<void> {
  current().onnegotiationneeded?.();
  await settle();
}

async function hear(type: RTCSdpType, session = "theirs"): Promise<void> {
  peer.receive({ description: { type, sdp: sdpOf(session) } });
  await settle();
}

async function hearCandidate(candidate: string): Promise<void> {
  peer.receive({ candidate: { candidate } });
  await settle();
}

beforeEach(() => {
  vi.useFakeTimers();
  FakePeerConnection.install();
  sent = [];
});

afterEach(() => peer.close());

describe("when both offer at once, the impolite side", () => {
  beforeEach(async () => {
    connect({ isPolite: false });
    await offer();
    await hear("offer");
  });

  it("goes on with its own offer", () => {
    expect(types()).toEqual(["offer"]);
    expect(current().signalingState).toBe("have-local-offer");
  });

  it("drops the candidates of the other offer, but takes those after the answer", async () => {
    await hearCandidate("of the offer");
    await hear("answer");
    await hearCandidate("of the answer");

    expect(current().candidates).toEqual(["of the answer"]);
  });

  it("answers the next offer", async () => {
    await hear("answer");
    await hear("offer");
    await hearCandidate("of the next offer");

    expect(types()).toEqual(["offer", "answer"]);
    expect(current().candidates).toEqual(["of the next offer"]);
  });
});

describe("when both offer at once, the polite side", () => {
  beforeEach(() => connect({ isPolite: true }));

  it("gives way, and starts anew with a first offer", async () => {
    await offer();
    await hear("offer");
    await hearCandidate("of the offer");

    expect(types()).toEqual(["offer", "answer"]);
    expect(FakePeerConnection.made).toHaveLength(2);
    expect(current().candidates).toEqual(["of the offer"]);
  });

  it("gives way on the same connection later", async () => {
    await offer();
    await hear("answer");
    await offer();
    await hear("offer");

    expect(types()).toEqual(["offer", "offer", "answer"]);
    expect(FakePeerConnection.made).toHaveLength(1);
  });
});

it("takes an offer of a page that was loaded anew, even while it offers itself", async () => {
  connect({ isPolite: false });
  await offer();
  await hear("answer");
  await offer();
  await hear("offer", "reloaded");

  expect(types().at(-1)).toBe("answer");
  expect(FakePeerConnection.made).toHaveLength(2);
  expect(current().remoteDescription?.sdp).toBe(sdpOf("reloaded"));
});
