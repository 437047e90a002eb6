/** Rooms and meetings from the server, and what changes them. */
import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Problem } from "../../api/problem";
import * as api from "../../api/rooms";
import type { NewRoom, Room, RoomChange } from "../../protocol/rest";
import { useResync, useSocketEvent } from "../../realtime/RealtimeContext";
import { useUser } from "../auth/AuthContext";
import { listsAfter, type RoomEvent, type RoomLists, receive } from "./model";

const AGAIN_AFTER_MS = 5_000;

export function useRooms() {
  return useQuery({
    queryKey: ["rooms"],
    queryFn: async (): Promise<RoomLists> => {
      const [mine, visible] = await Promise.all([api.listRooms({ mine: true }), api.listRooms()]);
      const others = visible.filter(({ roomId }) => !mine.some((room) => room.roomId === roomId));
      return { mine, others: others.filter(({ status }) => status === "active") };
    },
    // Who is in which call changes without an event for people outside.
    refetchInterval: 30_000,
  });
}

export function useRoom(roomId: string) {
  return useQuery({
    queryKey: ["room", roomId],
    queryFn: () => api.getRoom(roomId),
    // Who stands before the door while the server is away should not have to knock again.
    refetchInterval: ({ state: { data, error } }) =>
      data === undefined && error instanceof Problem && error.isPassing && AGAIN_AFTER_MS,
  });
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

/** Keeps rooms as their streams tell them; asks the server where something may be missing. */
export function useRoomNews(): void {
  const { userId } = useUser();
  const refresh = useRefresh();
  const queries = useQueryClient();
  const hear = (event: RoomEvent) => followRoom(queries, event, userId);
  useSocketEvent("roomOpened", hear);
  useSocketEvent("roomUpdated", hear);
  useSocketEvent("roomClosed", hear);
  useSocketEvent("roomDeleted", hear);
  useSocketEvent("participantAdmitted", hear);
  useSocketEvent("participantRemoved", hear);
  useSocketEvent("peopleInvited", hear);
  useSocketEvent("callStarted", refresh);
  // An invitation is the first a person hears of a room.
  useSocketEvent("notification", refresh);
  const refreshAll = () => {
    void refresh();
    void queries.invalidateQueries({ queryKey: ["meetings"] });
  };
  useSocketEvent("callEnded", refreshAll);
  useResync((roomId) => (roomId === undefined ? refreshAll() : void askFor(queries, roomId)));
}

/** Fold the event into what is known of its room, here and in the lists, or ask for it. */
function followRoom(queries: QueryClient, event: RoomEvent, ownUserId: string): void {
  const { roomId = "" } = event;
  const isAsking = queries.isFetching({ queryKey: ["room", roomId] }) > 0;
  const isListing = queries.isFetching({ queryKey: ["rooms"] }) > 0;
  const room = queries.getQueryData<Room>(["room", roomId]);
  const lists = queries.getQueryData<RoomLists>(["rooms"]);
  const next = room && receive(room, event, ownUserId);
  const listed = lists && listsAfter(lists, event, ownUserId);
  // An answer on its way may be older than the event, and would undo it.
  if (next === null || listed === null || isAsking || isListing) void askFor(queries, roomId);
  else {
    queries.setQueryData(["room", roomId], next);
    queries.setQueryData(["rooms"], listed);
  }
}

function askFor(queries: QueryClient, roomId: string): Promise<unknown> {
  return Promise.all([
    queries.invalidateQueries({ queryKey: ["rooms"] }),
    queries.invalidateQueries({ queryKey: ["room", roomId] }),
  ]);
}
