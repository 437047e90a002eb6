/** The thin line above the stage: which room, since when, and its link. */
import LinkRounded from "@mui/icons-material/LinkRounded";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import CircularProgress from "@mui/material/CircularProgress";
import Typography from "@mui/material/Typography";
import { useEffect, useState } from "react";
import { Logo } from "../../app/Logo";
import { useToast } from "../../app/ToastContext";
import type { Room } from "../../protocol/rest";
import { elapsed } from "../rooms/duration";
import { copyRoomLink } from "../rooms/link";

interface CallHeaderProps {
  readonly room: Room;
  readonly startedAt: string;
  /** Sound and pictures of everybody are away for the moment. */
  readonly isRepairing: boolean;
}

export function CallHeader({ room, startedAt, isRepairing }: CallHeaderProps) {
  const toast = useToast();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <Box
      component="header"
      sx={{ display: "flex", alignItems: "center", gap: 1.5, px: 1.5, py: 1 }}
    >
      <Logo withName={false} size={28} />
      <Typography component="h1" variant="h6" noWrap sx={{ minWidth: 0 }}>
        {room.roomName}
      </Typography>
      <Typography
        aria-label="Time since the call started"
        sx={{ color: "text.secondary", fontVariantNumeric: "tabular-nums" }}
      >
        {elapsed((now - Date.parse(startedAt)) / 1000)}
      </Typography>
      <Box role="status" sx={{ flex: 1, minWidth: 0 }}>
        {isRepairing && (
          <Chip
            size="small"
            color="warning"
            label="Reconnecting…"
            icon={<CircularProgress size={14} color="inherit" aria-hidden />}
            data-testid="media-reconnecting"
          />
        )}
      </Box>
      <Button
        size="small"
        color="inherit"
        startIcon={<LinkRounded />}
        onClick={async () => {
          const isCopied = await copyRoomLink(room.roomId);
          toast(
            isCopied ? "Link copied." : "The link could not be copied.",
            isCopied ? "success" : "error",
          );
        }}
        sx={{ flexShrink: 0, minHeight: 44 }}
      >
        Copy link
      </Button>
    </Box>
  );
}
