/** Who is in the call, and who else belongs to the room. */
import BackHandRounded from "@mui/icons-material/BackHandRounded";
import MicOffRounded from "@mui/icons-material/MicOffRounded";
import PresentToAllRounded from "@mui/icons-material/PresentToAllRounded";
import VideocamOffRounded from "@mui/icons-material/VideocamOffRounded";
import Badge from "@mui/material/Badge";
import Box from "@mui/material/Box";
import Chip from "@mui/material/Chip";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import ListSubheader from "@mui/material/ListSubheader";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import type { Room } from "../../protocol/rest";
import { PersonAvatar } from "../people/PersonAvatar";
import { usePeople } from "../people/usePeople";
import { usePresence } from "../presence/usePresence";
import { type CallView, others, raisedHands } from "./model";

interface ParticipantListProps {
  readonly call: CallView;
  readonly room: Room;
}

export function ParticipantList({ call, room }: ParticipantListProps) {
  const own = call.peers.get(call.ownPeerId);
  const inCall = own === undefined ? others(call) : [own, ...others(call)];
  const here = new Set(inCall.map(({ userId }) => userId));
  const absent = room.participants.filter((userId) => !here.has(userId));
  const people = usePeople([...room.participants, ...here]);
  const presence = usePresence(absent);
  const hands = raisedHands(call);

  return (
    <Box sx={{ overflowY: "auto", height: "100%", px: 1 }} data-testid="participant-list">
      <List dense subheader={<Heading>In the call · {inCall.length}</Heading>}>
        {inCall.map((peer) => (
          <Row
            key={peer.peerId}
            userId={peer.userId}
            name={peer.displayName}
            picture={people.get(peer.userId)?.profilePicture ?? null}
            isYou={peer.peerId === call.ownPeerId}
            isHost={peer.role === "host"}
            note={peer.state === "reconnecting" ? "Reconnecting…" : null}
          >
            {peer.handRaisedAt !== null && (
              <Chip
                size="small"
                color="warning"
                icon={<BackHandRounded />}
                label={hands.indexOf(peer) + 1}
                aria-label={`Hand raised, number ${hands.indexOf(peer) + 1}`}
              />
            )}
            {peer.screen && <PresentToAllRounded titleAccess="Shares a screen" color="primary" />}
            {!peer.video && <VideocamOffRounded titleAccess="Camera off" color="disabled" />}
            {!peer.audio && <MicOffRounded titleAccess="Muted" color="disabled" />}
          </Row>
        ))}
      </List>
      {absent.length > 0 && (
        <List dense subheader={<Heading>Not here · {absent.length}</Heading>}>
          {absent.map((userId) => {
            const person = people.get(userId);
            const isOnline = presence.get(userId) === "online";
            return (
              <Row
                key={userId}
                userId={userId}
                name={person?.fullName || person?.username || "Somebody"}
                picture={person?.profilePicture ?? null}
                isHost={userId === room.host}
                isOnline={isOnline}
                note={isOnline ? "Online" : "Offline"}
              />
            );
          })}
        </List>
      )}
    </Box>
  );
}

function Heading({ children }: { readonly children: ReactNode }) {
  return <ListSubheader sx={{ bgcolor: "background.paper" }}>{children}</ListSubheader>;
}

interface RowProps {
  readonly userId: string;
  readonly name: string;
  readonly picture: string | null;
  readonly isYou?: boolean;
  readonly isHost: boolean;
  readonly isOnline?: boolean;
  readonly note?: string | null;
  readonly children?: ReactNode;
}

function Row(props: RowProps) {
  const { userId, name, picture, isYou = false, isHost, isOnline = false, note, children } = props;
  return (
    <ListItem data-testid="participant-item" sx={{ gap: 1.5, px: 1 }}>
      <Badge
        variant="dot"
        overlap="circular"
        color="success"
        invisible={!isOnline}
        anchorOrigin={{ vertical: "bottom", horizontal: "right" }}
      >
        <PersonAvatar userId={userId} name={name} picture={picture} size={36} />
      </Badge>
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Typography noWrap sx={{ fontWeight: 550, fontSize: "0.94rem" }}>
          {name}
          {isYou && " (you)"}
        </Typography>
        {(isHost || note != null) && (
          <Typography variant="caption" sx={{ color: "text.secondary" }}>
            {[isHost ? "Host" : null, note].filter((part) => part != null).join(" · ")}
          </Typography>
        )}
      </Box>
      <Box sx={{ display: "flex", alignItems: "center", gap: 0.75, "& svg": { fontSize: 20 } }}>
        {children}
      </Box>
    </ListItem>
  );
}
