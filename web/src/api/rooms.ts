/** Rooms, who may be in them, and the meetings that were held. */
import type { Meeting, NewRoom, Room, RoomChange } from "../protocol/rest";
import { request } from "./request";

const at = (roomId: string) => `/api/rooms/${encodeURIComponent(roomId)}`;

export function listRooms(filter: { readonly mine?: boolean } = {}): Promise<Room[]> {
  return request("GET", "/api/rooms", { query: { ...filter, limit: 200 } });
}

export function listMeetings(limit: number): Promise<Meeting[]> {
  return request("GET", "/api/rooms/history", { query: { limit } });
}

export function getRoom(roomId: string): Promise<Room> {
  return request("GET", at(roomId));
}

export function createRoom(room: NewRoom): Promise<Room> {
  return request("POST", "/api/rooms", { body: room, creates: true });
}

export function changeRoom(roomId: string, change: RoomChange): Promise<Room> {
  return request("PATCH", at(roomId), { body: change });
}

export function deleteRoom(roomId: string): Promise<void> {
  return request("DELETE", at(roomId));
}

/** Be admitted; 403 `room-password-required` or `wrong-room-password` when the room has one. */
export function joinRoom(roomId: string, roomPassword?: string): Promise<{ room: Room }> {
  return request("POST", `${at(roomId)}/join`, {
    body: roomPassword === undefined ? {} : { roomPassword },
  });
}

export function closeRoom(roomId: string): Promise<void> {
  return request("POST", `${at(roomId)}/close`);
}

export function invitePeople(roomId: string, userIds: readonly string[]): Promise<void> {
  return request("POST", `${at(roomId)}/invitations`, { body: { userIds }, creates: true });
}
