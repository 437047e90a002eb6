/** A room's own address: its door, the call inside, and what comes after. */
import Button from "@mui/material/Button";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link, useParams } from "react-router";
import { useStore } from "zustand";
import { inWords, Problem } from "../api/problem";
import { Loading, Message } from "../app/Centered";
import { useUser } from "../features/auth/AuthContext";
import { CallEnded } from "../features/call/CallEnded";
import { CallSession } from "../features/call/CallSession";
import { takePeer } from "../features/call/memory";
import { VideoCall } from "../features/call/VideoCall";
import { LocalMedia } from "../features/media/LocalMedia";
import { PreJoin } from "../features/prejoin/PreJoin";
import { useRoom } from "../features/rooms/useRooms";
import type { Room } from "../protocol/rest";
import { useSocket } from "../realtime/RealtimeContext";

export function RoomPage() {
  const { roomId = "" } = useParams();
  const [visit, setVisit] = useState(0);
  const { data: room, error } = useRoom(roomId);

  useEffect(() => {
    document.title = room === undefined ? "ConvoConnect" : `${room.roomName} · ConvoConnect`;
    return () => {
      document.title = "ConvoConnect";
    };
  }, [room]);

  // Inside the room an answer that fails later does not end the call.
  if (room === undefined) return error === null ? <Loading /> : <NoRoom error={error} />;
  return <Visit key={`${roomId}-${visit}`} room={room} onAgain={() => setVisit(visit + 1)} />;
}

interface VisitProps {
  readonly room: Room;
  readonly onAgain: () => void;
}

/** From the door to the end of the call; a new one starts with fresh devices. */
function Visit({ room, onAgain }: VisitProps) {
  const socket = useSocket();
  const queries = useQueryClient();
  const { userId } = useUser();
  const { roomId } = room;
  const [media] = useState(() => new LocalMedia());
  const [session, setSession] = useState<CallSession | null>(null);
  const [peerId] = useState(() => takePeer(roomId));
  const isReturning = peerId !== null;

  function enter() {
    const started = new CallSession({ socket, media, roomId, ownUserId: userId, peerId });
    setSession(started);
    started.start();
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: a reload is noticed once
  useEffect(() => {
    let isHere = true;
    // Whoever goes on to another page meanwhile would be in a call that nobody shows.
    if (isReturning) void media.startAsRemembered().finally(() => isHere && enter());
    return () => {
      isHere = false;
    };
  }, []);

  useEffect(() => () => media.stop(), [media]);
  useEffect(() => () => session?.leave(), [session]);

  if (session !== null) {
    return <InCall session={session} room={room} onAgain={onAgain} />;
  }
  if (isReturning) return <Loading label="Going back into the call" />;
  if (room.status === "finished") return <Closed roomId={roomId} />;
  return (
    <PreJoin
      room={room}
      media={media}
      onJoin={(entered) => {
        queries.setQueryData(["room", roomId], entered);
        enter();
      }}
    />
  );
}

function InCall(props: { session: CallSession; room: Room; onAgain: () => void }) {
  const { session, room, onAgain } = props;
  const ending = useStore(session.store, (state) => state.ending);
  return ending === null ? (
    <VideoCall session={session} room={room} />
  ) : (
    <CallEnded ending={ending} roomId={room.roomId} onRejoin={onAgain} />
  );
}

function Closed({ roomId }: { readonly roomId: string }) {
  return (
    <Message
      title="This room is closed"
      actions={
        <>
          <Button component={Link} to="/home" variant="contained">
            Back to home
          </Button>
          <Button component={Link} to={`/messages/${roomId}`}>
            Read the chat
          </Button>
        </>
      }
    >
      The meeting is over and nobody can enter any more.
    </Message>
  );
}

function NoRoom({ error }: { readonly error: unknown }) {
  const isMissing = error instanceof Problem && error.status === 404;
  return (
    <Message
      title={isMissing ? "There is no such room" : "The room cannot be shown"}
      actions={
        <Button component={Link} to="/home" variant="contained">
          Back to home
        </Button>
      }
    >
      {isMissing
        ? "The link may be mistyped, the room was deleted, or it is private and you were not invited."
        : inWords(error)}
    </Message>
  );
}
