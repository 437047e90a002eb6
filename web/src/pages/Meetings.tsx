/** Your rooms, the closed ones too, and every call you were in. */
import MeetingRoomRounded from "@mui/icons-material/MeetingRoomRounded";
import Alert from "@mui/material/Alert";
import Skeleton from "@mui/material/Skeleton";
import Typography from "@mui/material/Typography";
import { inWords } from "../api/problem";
import { EmptyState } from "../app/EmptyState";
import { Page } from "../app/Page";
import { RecentCalls } from "../features/rooms/RecentCalls";
import { RoomList } from "../features/rooms/RoomList";
import { useRooms } from "../features/rooms/useRooms";

export function Meetings() {
  const { data, error, isPending } = useRooms();
  const open = data?.mine.filter(({ status }) => status === "active") ?? [];
  const closed = data?.mine.filter(({ status }) => status === "finished") ?? [];
  return (
    <Page title="Meetings" lead="Your rooms, and the calls you were in.">
      {error !== null && <Alert severity="warning">{inWords(error)}</Alert>}
      {isPending && <Skeleton variant="rounded" height={140} />}
      {data !== undefined && data.mine.length === 0 && (
        <EmptyState icon={<MeetingRoomRounded />} title="You have no rooms yet">
          Rooms you create, enter or are invited to appear here. Start one on the home page.
        </EmptyState>
      )}
      {open.length > 0 && <RoomList rooms={open} />}
      {closed.length > 0 && (
        <>
          <Typography variant="h5" component="h2" sx={{ mt: 5, mb: 2 }}>
            Closed rooms
          </Typography>
          <RoomList rooms={closed} />
        </>
      )}
      <Typography variant="h5" component="h2" sx={{ mt: 5, mb: 2 }}>
        History
      </Typography>
      <RecentCalls limit={100} />
    </Page>
  );
}
