/** Chat or participants: beside the stage on a wide screen, over it on a small one. */
import CloseRounded from "@mui/icons-material/CloseRounded";
import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import Typography from "@mui/material/Typography";
import type { Room } from "../../protocol/rest";
import { Chat } from "../chat/Chat";
import type { Panel } from "./CallControls";
import type { CallSession } from "./CallSession";
import type { CallView } from "./model";
import { ParticipantList } from "./ParticipantList";

interface SidePanelProps {
  readonly panel: Panel | null;
  readonly session: CallSession;
  readonly call: CallView;
  readonly room: Room;
  readonly onClose: () => void;
}

export function SidePanel({ panel, session, call, room, onClose }: SidePanelProps) {
  if (panel === null) return null;
  const title = panel === "chat" ? "Chat" : "Participants";
  return (
    <Box
      component="aside"
      aria-label={title}
      sx={{
        display: "flex",
        flexDirection: "column",
        bgcolor: "background.paper",
        border: "1px solid",
        borderColor: "divider",
        borderRadius: { xs: 0, md: "18px" },
        overflow: "hidden",
        position: { xs: "fixed", md: "static" },
        inset: 0,
        zIndex: { xs: "drawer", md: "auto" },
        width: { xs: "100%", md: 360 },
        flexShrink: 0,
      }}
    >
      <Box sx={{ display: "flex", alignItems: "center", pl: 2, pr: 1, py: 0.75 }}>
        <Typography component="h2" variant="h6" sx={{ flex: 1 }}>
          {title}
        </Typography>
        <IconButton aria-label={`Close ${title.toLowerCase()}`} onClick={onClose}>
          <CloseRounded />
        </IconButton>
      </Box>
      <Box sx={{ flex: 1, minHeight: 0 }}>
        {panel === "chat" ? (
          <Chat room={session.chat} />
        ) : (
          <ParticipantList call={call} room={room} />
        )}
      </Box>
    </Box>
  );
}
