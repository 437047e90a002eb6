/** Says so when live updates do not arrive; silent while all is well. */
import CloudOffRounded from "@mui/icons-material/CloudOffRounded";
import Chip from "@mui/material/Chip";
import { useEffect, useState } from "react";
import { useSocketState } from "../realtime/RealtimeContext";

/** Opening a page takes a moment; only what lasts longer is worth a word. */
const PATIENCE_MS = 1_500;

export function ConnectionState() {
  const isOpen = useSocketState() === "open";
  const [isLasting, setLasting] = useState(false);
  useEffect(() => {
    if (isOpen) {
      setLasting(false);
      return;
    }
    const timer = setTimeout(() => setLasting(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isOpen]);
  return (
    <span role="status">
      {isLasting && (
        <Chip
          size="small"
          color="warning"
          icon={<CloudOffRounded />}
          label="Reconnecting…"
          data-testid="connection-state"
        />
      )}
    </span>
  );
}
