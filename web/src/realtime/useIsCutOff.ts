import { useEffect, useState } from "react";
import { useSocketState } from "./RealtimeContext";

/** Opening takes a moment, and most losses are over in one; only what lasts is worth a word. */
const PATIENCE_MS = 2_000;

/** Whether the socket has been away for longer than a moment. */
export function useIsCutOff(): boolean {
  const isOpen = useSocketState() === "open";
  const [isCutOff, setCutOff] = useState(false);
  useEffect(() => {
    if (isOpen) {
      setCutOff(false);
      return;
    }
    const timer = setTimeout(() => setCutOff(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isOpen]);
  return isCutOff;
}
