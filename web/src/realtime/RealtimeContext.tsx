/** Holds the socket while somebody is signed in, and gives it to components. */
import {
  createContext,
  type ReactNode,
  use,
  useEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
} from "react";
import { session } from "../api/session";
import { useAuth } from "../features/auth/AuthContext";
import type { EventFrame, EventName } from "../protocol/frames";
import type { Ask } from "./resyncs";
import { Socket, type SocketState } from "./socket";

export const SocketContext = createContext<Socket | null>(null);

function socketAddress(): string {
  return `${location.origin.replace(/^http/, "ws")}/ws`;
}

export function RealtimeProvider({ children }: { readonly children: ReactNode }) {
  const userId = useAuth().user?.userId;
  const socket = useMemo(
    () =>
      new Socket({
        url: socketAddress(),
        credentials: ({ fresh }) => (fresh ? session.renew() : session.access()),
      }),
    [],
  );
  useEffect(() => {
    if (userId === undefined) return;
    socket.start();
    return () => socket.stop();
  }, [socket, userId]);
  return <SocketContext value={socket}>{children}</SocketContext>;
}

export function useSocket(): Socket {
  const socket = use(SocketContext);
  if (socket === null) throw new Error("useSocket needs a RealtimeProvider above it");
  return socket;
}

export function useSocketState(): SocketState {
  const socket = useSocket();
  return useSyncExternalStore(socket.subscribe, socket.state);
}

/** Calls the newest `listener` whenever events may have been lost; see `Socket.onResync`. */
export function useResync(listener: Ask): void {
  const socket = useSocket();
  const newest = useRef(listener);
  useEffect(() => {
    newest.current = listener;
  });
  useEffect(() => socket.onResync((roomId) => newest.current(roomId)), [socket]);
}

/** Calls the newest `listener` for every event of this name while the component is shown. */
export function useSocketEvent<Name extends EventName>(
  name: Name,
  listener: (frame: EventFrame<Name>) => void,
): void {
  const socket = useSocket();
  const newest = useRef(listener);
  useEffect(() => {
    newest.current = listener;
  });
  useEffect(() => socket.on(name, (frame) => newest.current(frame)), [socket, name]);
}
