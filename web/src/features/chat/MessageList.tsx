/** The messages, oldest on top; it stays at the bottom unless somebody scrolled up. */
import ForumRounded from "@mui/icons-material/ForumRounded";
import KeyboardArrowDownRounded from "@mui/icons-material/KeyboardArrowDownRounded";
import Box from "@mui/material/Box";
import Chip from "@mui/material/Chip";
import CircularProgress from "@mui/material/CircularProgress";
import Divider from "@mui/material/Divider";
import Typography from "@mui/material/Typography";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { usePeople } from "../people/usePeople";
import type { ChatRoom, ChatView } from "./ChatRoom";
import { MessageBubbles } from "./MessageBubbles";
import { grouped, hasOlder } from "./model";
import { PendingBubble } from "./PendingBubble";

interface MessageListProps {
  readonly chat: ChatView;
  readonly room: ChatRoom;
  readonly ownUserId: string;
}

const NEAR_PX = 80;

export function MessageList({ chat, room, ownUserId }: MessageListProps) {
  const list = useRef<HTMLDivElement>(null);
  const distanceFromEnd = useRef(0);
  const [isAtEnd, setAtEnd] = useState(true);
  const groups = grouped(chat.messages);
  const people = usePeople([...new Set(groups.map(({ sender }) => sender))]);

  // Older messages are put in above: keep what is read where it is, or stay at the end.
  const keepPlace = useCallback(() => {
    const box = list.current;
    if (box === null) return;
    const target = distanceFromEnd.current < NEAR_PX ? 0 : distanceFromEnd.current;
    box.scrollTop = box.scrollHeight - box.clientHeight - target;
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the list grew
  useLayoutEffect(keepPlace, [chat.messages, chat.pending]);
  // A banner or a keyboard that comes up takes room from the end of the list.
  useEffect(() => {
    if (list.current === null) return;
    const observer = new ResizeObserver(keepPlace);
    observer.observe(list.current);
    return () => observer.disconnect();
  }, [keepPlace]);

  // Once it is drawn, which is after older messages were read.
  useEffect(() => {
    if (chat.revealed === null) return;
    const message = list.current?.querySelector<HTMLElement>(`[data-seq="${chat.revealed}"]`);
    if (message == null) return;
    message.scrollIntoView({ block: "center" });
    message.tabIndex = -1;
    message.focus({ preventScroll: true });
    room.hasRevealed();
  }, [room, chat.revealed]);

  function onScroll() {
    const box = list.current;
    if (box === null) return;
    distanceFromEnd.current = box.scrollHeight - box.clientHeight - box.scrollTop;
    setAtEnd(distanceFromEnd.current < NEAR_PX);
    if (box.scrollTop < NEAR_PX) void room.loadOlder();
  }

  function toEnd() {
    const box = list.current;
    box?.scrollTo({ top: box.scrollHeight, behavior: "smooth" });
  }

  return (
    <Box sx={{ position: "relative", flex: 1, minHeight: 0 }}>
      <Box
        ref={list}
        role="log"
        aria-live="polite"
        aria-label="Messages"
        tabIndex={0}
        onScroll={onScroll}
        sx={{ height: "100%", overflowY: "auto", px: 2, py: 1, overscrollBehavior: "contain" }}
      >
        {!chat.isLoaded && chat.problem === null && (
          <Box sx={{ display: "grid", placeItems: "center", height: "100%" }}>
            <CircularProgress aria-label="Loading messages" />
          </Box>
        )}
        {chat.isLoaded && hasOlder(chat) && (
          <Box sx={{ textAlign: "center", py: 1 }}>
            <Chip label="Load earlier messages" onClick={() => void room.loadOlder()} />
          </Box>
        )}
        {chat.isLoaded && chat.messages.length === 0 && chat.pending.length === 0 && <NothingYet />}
        {groups.map((group) => (
          <Box key={group.messages[0]?.seq}>
            {group.startsDay && <Day of={group.messages[0]?.timestamp ?? ""} />}
            <MessageBubbles
              group={group}
              person={people.get(group.sender)}
              isOwn={group.sender === ownUserId}
            />
          </Box>
        ))}
        {chat.pending.map((message) => (
          <PendingBubble
            key={message.clientId}
            message={message}
            onRetry={() => room.retry(message.clientId)}
            onDiscard={() => room.discard(message.clientId)}
          />
        ))}
      </Box>
      {!isAtEnd && (
        <Chip
          icon={<KeyboardArrowDownRounded />}
          label="Newest messages"
          color="primary"
          onClick={toEnd}
          sx={{ position: "absolute", bottom: 8, left: "50%", transform: "translateX(-50%)" }}
        />
      )}
    </Box>
  );
}

function NothingYet() {
  return (
    <Box
      sx={{
        display: "grid",
        placeContent: "center",
        justifyItems: "center",
        height: "100%",
        textAlign: "center",
        color: "text.secondary",
      }}
    >
      <ForumRounded sx={{ fontSize: 40, color: "primary.main", mb: 1 }} />
      <Typography sx={{ fontWeight: 600, color: "text.primary" }}>No messages yet</Typography>
      <Typography variant="body2">Say hello. Everybody in this room can read it.</Typography>
    </Box>
  );
}

function Day({ of }: { readonly of: string }) {
  const day = new Date(of).toLocaleDateString(undefined, {
    weekday: "long",
    day: "numeric",
    month: "long",
  });
  return (
    <Divider sx={{ my: 2 }}>
      <Typography variant="caption" sx={{ color: "text.secondary" }}>
        {day}
      </Typography>
    </Divider>
  );
}
