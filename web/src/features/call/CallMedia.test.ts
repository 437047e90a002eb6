import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Peer } from "../../protocol/frames";
import { BOB, enterCall, inCall, ME, peer } from "../../testing/calls";
import { FakePeerConnection } from "../../testing/FakePeerConnection";
import type { FakeServer } from "../../testing/FakeServer";
import { FakeWorker } from "../../testing/FakeWorker";
import type { CallSession } from "./CallSession";

const SEEN_BOB = { ...BOB, video: true };

let server: FakeServer;
let worker: FakeWorker;
let session: CallSession;

const settle = (ms = 200) => vi.advanceTimersByTimeAsync(ms);
const open = () => FakePeerConnection.made.filter(({ isClosed }) => !isClosed);
const shownOf = (peerId: string) => session.store.getState().remotes.get(peerId);
const connections = () => [...session.peerConnections().keys()];

/** The connection made as number `index`; of two legs `sub` is the first. */
function made(index: number): FakePeerConnection {
  const found = FakePeerConnection.made[index];
  if (found === undefined) throw new Error("There are not so many.");
  return found;
}

async function moveTo(topology: string, workerId: string | null, seq: number): Promise<void> {
  server.latest.event({
    type: "topologyChanged",
    roomId: "r",
    seq,
    data: { meetingId: "m", topology, workerId },
  });
  await settle();
}

async function tell(who: Peer, seq: number): Promise<void> {
  const data = { meetingId: "m", peer: who };
  server.latest.event({ type: "participantUpdated", roomId: "r", seq, data });
  await settle();
}

beforeEach(async () => {
  vi.useFakeTimers();
  ({ server, session } = await enterCall());
  worker = new FakeWorker(server);
});

afterEach(() => session.leave());

/** What this leg gets of Bob's camera arrives. */
function cameraComes(sub: FakePeerConnection): MediaStreamTrack {
  const mid = worker.midOf("bob", "camera");
  const receiver = sub.transceivers.find((transceiver) => transceiver.mid === mid)?.receiver;
  receiver?.bring();
  return receiver?.track as unknown as MediaStreamTrack;
}

describe("a call of two that a third one joins", () => {
  let inMesh: MediaStreamTrack | null | undefined;

  beforeEach(async () => {
    await tell(SEEN_BOB, 5);
    made(0).receive(1);
    inMesh = shownOf("bob")?.camera;
    await moveTo("sfu", "w1", 6);
  });

  it("runs both ways, and still shows the old one", () => {
    expect(connections()).toEqual(["before bob", "pub", "sub"]);
    expect(inMesh).not.toBeNull();
    expect(shownOf("bob")?.camera).toBe(inMesh);
  });

  it("shows the new way when a picture has come over it, and closes the old one later", async () => {
    const camera = cameraComes(made(1));
    await settle();
    expect(shownOf("bob")?.camera).toBe(camera);
    expect(made(0).isClosed).toBe(false);

    await settle(2_000);
    expect(made(0).isClosed).toBe(true);
    expect(connections()).toEqual(["pub", "sub"]);
  });

  it("goes on without the old one when no picture comes", async () => {
    await settle(10_000);

    expect(open()).toEqual([made(1), made(2)]);
    expect(shownOf("bob")?.camera).not.toBe(inMesh);
  });

  it("connects newcomers over the new way only", async () => {
    const data = { meetingId: "m", peer: peer("cid") };
    server.latest.event({ type: "participantJoined", roomId: "r", seq: 7, data });
    await settle();

    expect(FakePeerConnection.made).toHaveLength(3);
    expect(shownOf("cid")?.audio).not.toBeNull();
  });

  it("shows the old way still when the worker is another one before anything came", async () => {
    await moveTo("sfu", "w2", 7);

    expect(open()).toEqual([made(0), made(3), made(4)]);
    expect(shownOf("bob")?.camera).toBe(inMesh);
  });

  it("lets go of both when it is left", () => {
    session.leave();

    expect(open()).toEqual([]);
  });
});

describe("a call over a worker", () => {
  beforeEach(async () => {
    server.answers.joinRoom = {
      ...inCall([SEEN_BOB, ME], 5),
      topology: "sfu",
      workerId: "w1",
    };
    server.latest.event({ type: "resync", data: {} });
    await settle(3_000);
    cameraComes(made(1));
    await settle(12_000);
  });

  it("has the same two legs after the socket was lost, and asks again", async () => {
    const before = server.heard("subscribe").length;
    server.latest.close(1006);
    await settle(5_000);

    expect(open()).toEqual([made(1), made(2)]);
    expect(server.heard("subscribe").length).toBe(before + 1);
  });

  it("makes both anew for another worker, and shows the last picture until then", async () => {
    const last = shownOf("bob")?.camera;
    await moveTo("sfu", "w2", 6);
    expect(shownOf("bob")?.camera).toBe(last);
    expect(connections()).toEqual(["before pub", "before sub", "pub", "sub"]);

    const camera = cameraComes(made(3));
    await settle();
    expect(shownOf("bob")?.camera).toBe(camera);
    expect(camera).not.toBe(last);
  });

  it("lets the old legs ask the new worker for nothing", async () => {
    await moveTo("sfu", "w2", 6);
    const before = server.heard("signal").length;
    made(1).become("failed");
    made(2).become("failed");
    await settle(5_000);

    expect(server.heard("signal").length).toBe(before);
  });

  it("goes from peer to peer when no worker is left", async () => {
    await moveTo("mesh", null, 6);

    expect(connections()).toEqual(["before pub", "before sub", "bob"]);
  });

  it("hears the offers of those who went over to a mesh first", async () => {
    const description = { type: "offer", sdp: "v=0\r\no=- theirs 1 IN IP4 127.0.0.1\r\n" } as const;
    server.latest.event({ type: "signal", data: { from: "bob", description } });
    await moveTo("mesh", null, 6);

    expect(FakePeerConnection.made.at(-1)?.remoteDescription).toEqual(description);
  });

  it("joins again when the worker does not carry it any more", async () => {
    worker.refuse(409, "not-forwarded");
    server.answers.joinRoom = inCall([SEEN_BOB, ME], 9);
    session.show(new Map());
    await settle(3_000);

    expect(connections()).toContain("bob");
  });

  it("makes both legs anew when they cannot be repaired", async () => {
    worker.refuse(422, "bad-description");
    session.show(new Map());
    await settle(60);
    worker.back();
    await settle(1_500);

    expect(connections()).toEqual(["before pub", "before sub", "pub", "sub"]);
    expect(made(4).remoteDescription?.type).toBe("answer");
  });

  it("is mended at another worker too, when the one before was to be mended", async () => {
    // Failures are noticed at once, and what is mended waits.
    const random = vi.spyOn(Math, "random").mockReturnValueOnce(0).mockReturnValueOnce(1);
    worker.refuse(422, "bad-description");
    session.show(new Map());
    await settle(220);
    random.mockReturnValueOnce(0);
    await moveTo("sfu", "w2", 6);
    worker.back();
    await settle(3_000);

    expect(made(6).remoteDescription?.type).toBe("answer");
    random.mockRestore();
  });

  it("rests what nobody watches", async () => {
    server.latest.event({ type: "trackWatched", data: { kind: "camera", height: 180 } });
    await settle();

    expect(made(2).transceivers[1]?.sender.active).toEqual([true, false, false]);
  });
});
