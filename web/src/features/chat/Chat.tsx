/** A room's conversation: what was said, who is writing, and the field to answer in. */
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useEffect } from "react";
import { useStore } from "zustand";
import { CutOffWords } from "../../realtime/CutOffWords";
import { useCutOff } from "../../realtime/useCutOff";
import { useUser } from "../auth/AuthContext";
import type { ChatRoom } from "./ChatRoom";
import { Composer } from "./Composer";
import { MessageList } from "./MessageList";
import { typingInWords } from "./typing";

interface ChatProps {
  readonly room: ChatRoom;
  /** Why nothing can be written, when it cannot. */
  readonly closedBecause?: string | undefined;
}

export function Chat({ room, closedBecause }: ChatProps) {
  const chat = useStore(room.store);
  const { userId } = useUser();
  const cutOff = useCutOff();
  const newestSeq = chat.newestSeq;

  // biome-ignore lint/correctness/useExhaustiveDependencies: each new message is seen as it comes
  useEffect(() => room.markSeen(), [room, newestSeq]);

  return (
    <Box sx={{ display: "flex", flexDirection: "column", height: "100%", minHeight: 0 }}>
      {chat.problem !== null && (
        <Alert severity="warning" sx={{ m: 1.5, mb: 0 }}>
          {chat.problem}
        </Alert>
      )}
      <MessageList chat={chat} room={room} ownUserId={userId} />
      <Typography
        variant="caption"
        aria-live="polite"
        sx={{ px: 2, minHeight: 22, color: "text.secondary" }}
      >
        {cutOff === null ? (
          typingInWords([...chat.typing.values()])
        ) : (
          <CutOffWords cutOff={cutOff}>Messages are kept.</CutOffWords>
        )}
      </Typography>
      {closedBecause === undefined ? (
        <Composer onSend={(text) => room.send(text)} onTyping={() => room.tellTyping()} />
      ) : (
        <Typography sx={{ p: 2, textAlign: "center", color: "text.secondary" }}>
          {closedBecause}
        </Typography>
      )}
    </Box>
  );
}
