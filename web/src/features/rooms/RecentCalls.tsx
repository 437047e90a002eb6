/** Meetings you were in, newest first. */
import HistoryRounded from "@mui/icons-material/HistoryRounded";
import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import ListItemText from "@mui/material/ListItemText";
import Skeleton from "@mui/material/Skeleton";
import { Link } from "react-router";
import { inWords } from "../../api/problem";
import { EmptyState } from "../../app/EmptyState";
import type { Meeting } from "../../protocol/rest";
import { roughly } from "./duration";
import { useMeetings } from "./useRooms";

export function RecentCalls({ limit }: { readonly limit: number }) {
  const { data, isPending, error } = useMeetings(limit);
  if (error !== null) return <Alert severity="warning">{inWords(error)}</Alert>;
  if (isPending) return <Skeleton variant="rounded" height={120} />;
  if (data.length === 0) {
    return (
      <EmptyState icon={<HistoryRounded />} title="No calls yet">
        When you have been in a call it is listed here, with its length and its chat.
      </EmptyState>
    );
  }
  return (
    <List disablePadding>
      {data.map((meeting) => (
        <ListItem
          key={meeting.meetingId}
          divider
          disableGutters
          secondaryAction={
            <Button size="small" component={Link} to={`/messages/${meeting.roomId}`}>
              Chat
            </Button>
          }
        >
          <ListItemText primary={meeting.roomName} secondary={summary(meeting)} />
        </ListItem>
      ))}
    </List>
  );
}

function summary({ startTime, durationSeconds, participants }: Meeting): string {
  const when = new Date(startTime).toLocaleString(undefined, {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  });
  const length = durationSeconds === null ? "still going on" : roughly(durationSeconds);
  const people = participants.length === 1 ? "1 person" : `${participants.length} people`;
  return `${when} · ${length} · ${people}`;
}
