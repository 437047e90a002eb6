/** Sockets of somebody who is signed in. */
import { onTestFinished, vi } from "vitest";
import { Socket, type SocketOptions } from "../realtime/socket";
import { FakeServer } from "./FakeServer";

const HOUR_MS = 3_600_000;

/** Not started yet; whatever it draws by lot comes out in the middle. */
export function signedInSocket(options: Partial<SocketOptions> = {}): Socket {
  return new Socket({
    url: "ws://here/ws",
    credentials: async () => ({ token: "t", expiresAt: Date.now() + HOUR_MS }),
    random: () => 0.5,
    ...options,
  });
}

/** Connects at once, and is stopped after the test. */
export function startedSocket(options: Partial<SocketOptions> = {}): Socket {
  const socket = signedInSocket(options);
  socket.start();
  onTestFinished(() => socket.stop());
  return socket;
}

/** A socket that is open, and the server it is open to; needs fake timers. */
export async function connect(): Promise<{ server: FakeServer; socket: Socket }> {
  const server = new FakeServer().install();
  const socket = signedInSocket();
  socket.start();
  await vi.advanceTimersByTimeAsync(0);
  return { server, socket };
}
