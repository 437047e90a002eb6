import AddRounded from "@mui/icons-material/AddRounded";
import MeetingRoomRounded from "@mui/icons-material/MeetingRoomRounded";
import VideocamRounded from "@mui/icons-material/VideocamRounded";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import Skeleton from "@mui/material/Skeleton";
import Tab from "@mui/material/Tab";
import Tabs from "@mui/material/Tabs";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { inWords } from "../api/problem";
import { EmptyState } from "../app/EmptyState";
import { Page } from "../app/Page";
import { useUser } from "../features/auth/AuthContext";
import { CreateRoomDialog } from "../features/rooms/CreateRoomDialog";
import { JoinForm } from "../features/rooms/JoinForm";
import { RecentCalls } from "../features/rooms/RecentCalls";
import { RoomList } from "../features/rooms/RoomList";
import { useRooms } from "../features/rooms/useRooms";

export function Home() {
  const user = useUser();
  const [isCreating, setCreating] = useState(false);
  const first = (user.fullName || user.username).split(" ")[0] ?? "";
  return (
    <Page title={`Hello, ${first}`} lead="Start a meeting, or step into one.">
      <Box
        sx={{
          display: "grid",
          gap: 2,
          gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "repeat(2, minmax(0, 1fr))" },
          mb: 4,
        }}
      >
        <Card
          sx={{
            p: 3,
            border: 0,
            color: "#f4faf8",
            background: "linear-gradient(120deg, #0a4d44, #0f6b5f 60%, #17806f)",
          }}
        >
          <Typography variant="h5" component="h2">
            Start a meeting
          </Typography>
          <Typography sx={{ mb: 2, opacity: 0.9 }}>
            A room stays yours: meet in it again, chat in between.
          </Typography>
          <Button
            variant="contained"
            data-testid="create-room"
            startIcon={<AddRounded />}
            onClick={() => setCreating(true)}
            sx={{ bgcolor: "#fdf7ee", color: "#0a4d44", "&:hover": { bgcolor: "#ffffff" } }}
          >
            New room
          </Button>
        </Card>
        <Card sx={{ p: 3 }}>
          <Typography variant="h5" component="h2">
            Join a meeting
          </Typography>
          <Typography sx={{ mb: 2, color: "text.secondary" }}>
            Paste the link you were sent, or type the id.
          </Typography>
          <JoinForm />
        </Card>
      </Box>
      <Rooms />
      <Typography variant="h5" component="h2" sx={{ mt: 5, mb: 2 }}>
        Recent calls
      </Typography>
      <RecentCalls limit={5} />
      <CreateRoomDialog isOpen={isCreating} onClose={() => setCreating(false)} />
    </Page>
  );
}

function Rooms() {
  const { data, error, isPending } = useRooms();
  const [shown, setShown] = useState<"mine" | "others">("mine");
  const rooms = (data?.[shown] ?? []).filter(({ status }) => status === "active");
  return (
    <section>
      <Tabs
        value={shown}
        onChange={(_, value) => setShown(value as typeof shown)}
        aria-label="Rooms"
        sx={{ mb: 2 }}
      >
        <Tab value="mine" label="Your rooms" />
        <Tab value="others" label="Open to everyone" />
      </Tabs>
      {error !== null && <Alert severity="warning">{inWords(error)}</Alert>}
      {isPending && <Skeleton variant="rounded" height={140} />}
      {data !== undefined && rooms.length > 0 && <RoomList rooms={rooms} />}
      {data !== undefined && rooms.length === 0 && (
        <EmptyState
          icon={shown === "mine" ? <MeetingRoomRounded /> : <VideocamRounded />}
          title={shown === "mine" ? "You have no rooms yet" : "No open rooms right now"}
        >
          {shown === "mine"
            ? "Create one above, or ask a colleague for the link of theirs. Rooms you enter stay here."
            : "Rooms that are not private appear here for everybody on this server."}
        </EmptyState>
      )}
    </section>
  );
}
