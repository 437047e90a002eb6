import { useEffect, useState } from "react";
import { useSocket, useSocketState } from "./RealtimeContext";

/** Opening takes a moment, and most losses are over in one; only what lasts is worth a word. */
const PATIENCE_MS = 2_000;

export interface CutOff {
  /** Since the server was heard last; null when it never was. */
  readonly seconds: number | null;
}

/** That the socket has been away for longer than a moment, told anew each second; else null. */
export function useCutOff(): CutOff | null {
  const socket = useSocket();
  const isOpen = useSocketState() === "open";
  const [cutOff, setCutOff] = useState<CutOff | null>(null);
  useEffect(() => {
    if (isOpen) {
      setCutOff(null);
      return;
    }
    const look = () => {
      const lostAt = socket.lostAt();
      setCutOff({ seconds: lostAt === null ? null : Math.floor((Date.now() - lostAt) / 1_000) });
    };
    let ticking: ReturnType<typeof setInterval> | undefined;
    const patience = setTimeout(() => {
      look();
      ticking = setInterval(look, 1_000);
    }, PATIENCE_MS);
    return () => {
      clearTimeout(patience);
      clearInterval(ticking);
    };
  }, [socket, isOpen]);
  return cutOff;
}
