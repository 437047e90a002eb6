import { useEffect, useState } from "react";
import { useSocket } from "../../realtime/RealtimeContext";
import { useUser } from "../auth/AuthContext";
import { ChatRoom } from "./ChatRoom";

/** The chat of a room that is followed while the component is shown; null for one moment. */
export function useChatRoom(roomId: string): ChatRoom | null {
  const socket = useSocket();
  const { userId } = useUser();
  const [room, setRoom] = useState<ChatRoom | null>(null);
  useEffect(() => {
    const followed = new ChatRoom(socket, roomId, userId, "follow");
    followed.open();
    setRoom(followed);
    return () => followed.close();
  }, [socket, roomId, userId]);
  return room;
}
