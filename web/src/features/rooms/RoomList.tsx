/** Rooms as cards. */
import Box from "@mui/material/Box";
import type { Room } from "../../protocol/rest";
import { RoomCard } from "./RoomCard";

export function RoomList({ rooms }: { readonly rooms: readonly Room[] }) {
  return (
    <Box
      sx={{
        display: "grid",
        gap: 2,
        gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 290px), 1fr))",
      }}
    >
      {rooms.map((room) => (
        <RoomCard key={room.roomId} room={room} />
      ))}
    </Box>
  );
}
