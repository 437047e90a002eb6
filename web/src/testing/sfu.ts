/** This side's connections to a media worker that says yes, with Bob and Cid in the call. */
import { vi } from "vitest";
import { SfuTransport } from "../features/call/SfuTransport";
import { workerLine } from "../features/call/workerLine";
import type { Socket } from "../realtime/socket";
import { peer } from "./calls";
import { FakePeerConnection } from "./FakePeerConnection";
import type { FakeServer } from "./FakeServer";
import { FakeWorker } from "./FakeWorker";
import { connect } from "./sockets";

export const BOB = { ...peer("bob"), audio: true, video: true };
export const CID = { ...peer("cid"), audio: true, video: true };
export const NOTHING = { audio: null, camera: null, screen: null };

export let server: FakeServer;
export let worker: FakeWorker;
export let socket: Socket;
export let transport: SfuTransport;
export let gone: number;
export let broken: number;

export const settle = (ms = 100) => vi.advanceTimersByTimeAsync(ms);
export const pub = () => FakePeerConnection.made[1] as FakePeerConnection;
export const sub = () => FakePeerConnection.made[0] as FakePeerConnection;
export const asked = () => server.heard("subscribe").map(({ data }) => data);
/** What went to the worker, in order. */
export const said = () =>
  server.latest.sent
    .filter(({ type }) => type === "signal" || type === "subscribe")
    .map(({ type, data }) => (type === "signal" ? data.leg : type));
export const receiverOf = (peerId: string, kind: string) =>
  sub().transceivers.find(({ mid }) => mid === worker.midOf(peerId, kind))?.receiver;

/** Makes the transport while it is alone in the call. */
export function open(): void {
  transport = new SfuTransport({
    iceServers: [{ urls: "turn:here" }],
    tracks: NOTHING,
    heights: null,
    line: workerLine(socket, "r"),
    onChange: () => {},
    onGone: () => void gone++,
    onBroken: () => void broken++,
  });
}

/** With Bob, and everything is negotiated. */
export async function openWithBob(): Promise<void> {
  open();
  transport.follow([BOB]);
  await settle();
}

/** Before each test; the test closes it with `close`. */
export async function prepare(): Promise<void> {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  FakePeerConnection.install();
  ({ server, socket } = await connect());
  worker = new FakeWorker(server);
  [gone, broken] = [0, 0];
}

export function close(): void {
  transport.close();
  socket.stop();
}
