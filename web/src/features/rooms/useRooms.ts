/** Rooms and meetings from the server, and what changes them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import * as api from "../../api/rooms";
import type { NewRoom, Room, RoomChange } from "../../protocol/rest";
import { useResync, useSocketEvent } from "../../realtime/RealtimeContext";

export function useRooms() {
  return useQuery({
    queryKey: ["rooms"],
    queryFn: async () => {
      const [mine, visible] = await Promise.all([api.listRooms({ mine: true }), api.listRooms()]);
      const others = visible.filter(({ roomId }) => !mine.some((room) => room.roomId === roomId));
      return { mine, others: others.filter(({ status }) => status === "active") };
    },
    // Who is in which call changes without an event for people outside.
    refetchInterval: 30_000,
  });
}

export function useRoom(roomId: string) {
  return useQuery({ queryKey: ["room", roomId], queryFn: () => api.getRoom(roomId) });
}

export function useMeetings(limit: number) {
  return useQuery({ queryKey: ["meetings", limit], queryFn: () => api.listMeetings(limit) });
}

function useRefresh() {
  const queries = useQueryClient();
  return () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ["rooms"] }),
      queries.invalidateQueries({ queryKey: ["room"] }),
    ]);
}

export function useCreateRoom() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (room: NewRoom) => api.createRoom(room),
    onSuccess: () => void refresh(),
  });
}

/** Everything a host may do to a room. */
export function useHostRoom({ roomId }: Room) {
  const refresh = useRefresh();
  const onSuccess = () => refresh();
  return {
    change: useMutation({
      mutationFn: (change: RoomChange) => api.changeRoom(roomId, change),
      onSuccess,
    }),
    invite: useMutation({
      mutationFn: (userIds: readonly string[]) => api.invitePeople(roomId, userIds),
      onSuccess,
    }),
    close: useMutation({ mutationFn: () => api.closeRoom(roomId), onSuccess }),
    remove: useMutation({ mutationFn: () => api.deleteRoom(roomId), onSuccess }),
  };
}

/** Reads rooms again when the socket tells that one changed, or may have missed it. */
export function useRoomNews(): void {
  const refresh = useRefresh();
  const queries = useQueryClient();
  useSocketEvent("roomOpened", refresh);
  useSocketEvent("roomUpdated", refresh);
  useSocketEvent("roomClosed", refresh);
  useSocketEvent("roomDeleted", refresh);
  useSocketEvent("participantAdmitted", refresh);
  useSocketEvent("participantRemoved", refresh);
  useSocketEvent("peopleInvited", refresh);
  useSocketEvent("callStarted", refresh);
  // An invitation is the first a person hears of a room.
  useSocketEvent("notification", refresh);
  const refreshAll = () => {
    void refresh();
    void queries.invalidateQueries({ queryKey: ["meetings"] });
  };
  useSocketEvent("callEnded", refreshAll);
  useResync(refreshAll);
}
