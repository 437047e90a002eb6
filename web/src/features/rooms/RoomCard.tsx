/** One room in a list, with what can be done about it. */
import ChatRounded from "@mui/icons-material/ChatRounded";
import KeyRounded from "@mui/icons-material/KeyRounded";
import LinkRounded from "@mui/icons-material/LinkRounded";
import LockRounded from "@mui/icons-material/LockRounded";
import SettingsRounded from "@mui/icons-material/SettingsRounded";
import VideocamRounded from "@mui/icons-material/VideocamRounded";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import Chip from "@mui/material/Chip";
import IconButton from "@mui/material/IconButton";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { Link } from "react-router";
import { useToast } from "../../app/ToastContext";
import type { Room } from "../../protocol/rest";
import { copyRoomLink, roomPath } from "./link";
import { ManageRoomDialog } from "./ManageRoomDialog";

export function RoomCard({ room }: { readonly room: Room }) {
  const toast = useToast();
  const [isManaged, setManaged] = useState(false);
  const isOpen = room.status === "active";
  const here = room.present.length;

  async function copy() {
    const isCopied = await copyRoomLink(room.roomId);
    toast(
      isCopied ? "Link copied." : "The link could not be copied.",
      isCopied ? "success" : "error",
    );
  }

  return (
    <Card data-testid="room-card" sx={{ p: 2, display: "flex", flexDirection: "column", gap: 1.5 }}>
      <Box sx={{ minWidth: 0 }}>
        <Box sx={{ display: "flex", alignItems: "center", gap: 0.75 }}>
          <Typography variant="h6" component="h3" noWrap sx={{ flex: 1, minWidth: 0 }}>
            {room.roomName}
          </Typography>
          {room.isPrivate && (
            <LockRounded titleAccess="Private" fontSize="small" color="disabled" />
          )}
          {room.hasPassword && (
            <KeyRounded titleAccess="Has a password" fontSize="small" color="disabled" />
          )}
        </Box>
        <Box sx={{ display: "flex", flexWrap: "wrap", alignItems: "center", gap: 1, mt: 0.75 }}>
          {!isOpen && <Chip size="small" label="Closed" />}
          {isOpen && here > 0 && <Chip size="small" color="secondary" label={`Live · ${here}`} />}
          {room.role === "host" && <Chip size="small" color="primary" label="You host" />}
          <Typography variant="body2" noWrap sx={{ color: "text.secondary" }}>
            {about(room)}
          </Typography>
        </Box>
      </Box>
      <Box sx={{ display: "flex", alignItems: "center", gap: 0.5, mt: "auto" }}>
        {isOpen ? (
          <Button
            component={Link}
            to={roomPath(room.roomId)}
            variant={here > 0 ? "contained" : "outlined"}
            size="small"
            startIcon={<VideocamRounded />}
          >
            Join
          </Button>
        ) : (
          <Typography variant="body2" sx={{ color: "text.secondary" }}>
            The chat can still be read.
          </Typography>
        )}
        <Box sx={{ flex: 1 }} />
        {room.role !== null && (
          <Tooltip title="Open the chat">
            <IconButton
              component={Link}
              to={`/messages/${encodeURIComponent(room.roomId)}`}
              aria-label={`Chat of ${room.roomName}`}
            >
              <ChatRounded />
            </IconButton>
          </Tooltip>
        )}
        <Tooltip title="Copy the link">
          <IconButton aria-label={`Copy the link of ${room.roomName}`} onClick={() => void copy()}>
            <LinkRounded />
          </IconButton>
        </Tooltip>
        {room.role === "host" && (
          <Tooltip title="Manage">
            <IconButton aria-label={`Manage ${room.roomName}`} onClick={() => setManaged(true)}>
              <SettingsRounded />
            </IconButton>
          </Tooltip>
        )}
      </Box>
      {isManaged && <ManageRoomDialog room={room} onClose={() => setManaged(false)} />}
    </Card>
  );
}

function about({ role, participants, hostName }: Room): string {
  if (role !== "host") return hostName === "" ? "Open to who knows the password" : `by ${hostName}`;
  return participants.length === 1 ? "Just you so far" : `${participants.length} people`;
}
