/** The chats of your rooms, without being in a call. */
import ArrowBackRounded from "@mui/icons-material/ArrowBackRounded";
import ForumRounded from "@mui/icons-material/ForumRounded";
import VideocamRounded from "@mui/icons-material/VideocamRounded";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import List from "@mui/material/List";
import ListItemButton from "@mui/material/ListItemButton";
import ListItemText from "@mui/material/ListItemText";
import Typography from "@mui/material/Typography";
import { Link, useParams } from "react-router";
import { inWords } from "../api/problem";
import { EmptyState } from "../app/EmptyState";
import { Chat } from "../features/chat/Chat";
import { useChatRoom } from "../features/chat/useChatRoom";
import { initials, tint } from "../features/people/initials";
import { roomPath } from "../features/rooms/link";
import { useRoom, useRooms } from "../features/rooms/useRooms";

export function Messages() {
  const { roomId } = useParams();
  return (
    <Box sx={{ display: "flex", height: "100%" }}>
      <Box
        component="section"
        aria-label="Rooms"
        sx={{
          display: { xs: roomId === undefined ? "block" : "none", md: "block" },
          width: { xs: "100%", md: 300 },
          flexShrink: 0,
          borderRight: { md: "1px solid" },
          borderColor: { md: "divider" },
          overflowY: "auto",
        }}
      >
        <Rooms openId={roomId} />
      </Box>
      <Box
        component="section"
        aria-label="Conversation"
        sx={{
          display: { xs: roomId === undefined ? "none" : "block", md: "block" },
          flex: 1,
          minWidth: 0,
        }}
      >
        {roomId === undefined ? (
          <Box sx={{ p: 4 }}>
            <EmptyState icon={<ForumRounded />} title="Choose a room">
              Its conversation opens here. Everybody who belongs to the room can read it.
            </EmptyState>
          </Box>
        ) : (
          <Conversation key={roomId} roomId={roomId} />
        )}
      </Box>
    </Box>
  );
}

function Rooms({ openId }: { readonly openId: string | undefined }) {
  const { data, error } = useRooms();
  // An invitation alone does not open a chat; entering the room once does.
  const rooms = data?.mine.filter(({ role }) => role !== null);
  return (
    <>
      <Typography variant="h5" component="h1" sx={{ px: 2.5, pt: 2.5, pb: 1 }}>
        Messages
      </Typography>
      {error !== null && <Alert severity="warning">{inWords(error)}</Alert>}
      {rooms?.length === 0 && (
        <Typography sx={{ px: 2.5, color: "text.secondary" }}>
          Rooms you belong to appear here with their chat.
        </Typography>
      )}
      <List sx={{ px: 1 }}>
        {rooms?.map((room) => (
          <ListItemButton
            key={room.roomId}
            component={Link}
            to={`/messages/${encodeURIComponent(room.roomId)}`}
            selected={room.roomId === openId}
            data-testid="conversation"
            sx={{ gap: 1.5 }}
          >
            <Box
              aria-hidden
              sx={{
                display: "grid",
                placeItems: "center",
                width: 40,
                height: 40,
                flexShrink: 0,
                borderRadius: "14px",
                color: "#ffffff",
                fontWeight: 650,
              }}
              style={{ backgroundColor: tint(room.roomId) }}
            >
              {initials(room.roomName)}
            </Box>
            <ListItemText
              primary={room.roomName}
              secondary={room.status === "active" ? `by ${room.hostName}` : "Closed"}
              slotProps={{ primary: { noWrap: true }, secondary: { noWrap: true } }}
            />
          </ListItemButton>
        ))}
      </List>
    </>
  );
}

function Conversation({ roomId }: { readonly roomId: string }) {
  const { data: room } = useRoom(roomId);
  const chat = useChatRoom(roomId);
  const isClosed = room?.status === "finished";
  return (
    <Box sx={{ height: "100%", display: "flex", flexDirection: "column" }}>
      <Box
        sx={{
          display: "flex",
          alignItems: "center",
          gap: 1,
          px: { xs: 1, md: 2.5 },
          minHeight: 60,
          borderBottom: "1px solid",
          borderColor: "divider",
        }}
      >
        <IconButton
          component={Link}
          to="/messages"
          aria-label="All conversations"
          sx={{ display: { md: "none" } }}
        >
          <ArrowBackRounded />
        </IconButton>
        <Typography variant="h6" component="h2" noWrap sx={{ flex: 1 }}>
          {room?.roomName ?? ""}
        </Typography>
        {room !== undefined && !isClosed && (
          <Button
            component={Link}
            to={roomPath(roomId)}
            size="small"
            variant="outlined"
            startIcon={<VideocamRounded />}
          >
            {room.present.length > 0 ? "Join the call" : "Call"}
          </Button>
        )}
      </Box>
      <Box sx={{ flex: 1, minHeight: 0, maxWidth: 900, width: "100%", mx: "auto" }}>
        {chat !== null && (
          <Chat
            room={chat}
            closedBecause={isClosed ? "This room is closed. Its chat can only be read." : undefined}
          />
        )}
      </Box>
    </Box>
  );
}
