/** The notifications of this person, kept current by the socket. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import * as api from "../../api/notifications";
import type { Notification } from "../../protocol/rest";
import { useResync, useSocketEvent } from "../../realtime/RealtimeContext";
import { allRead, arrived, marked, unread } from "./model";

const KEY = ["notifications"];

export function useNotifications(onArrival: (notification: Notification) => void) {
  const queries = useQueryClient();
  const { data = [] } = useQuery({
    queryKey: KEY,
    queryFn: api.listNotifications,
    // Events are heard only while the bell is shown, and in a call it is not.
    refetchOnMount: "always",
  });
  const change = (step: (list: readonly Notification[]) => Notification[]) =>
    queries.setQueryData<Notification[]>(KEY, (list) => step(list ?? []));
  const listAgain = () => void queries.invalidateQueries({ queryKey: KEY });

  useSocketEvent("notification", ({ data: notification }) => {
    change((list) => arrived(list, notification));
    onArrival(notification);
  });
  useSocketEvent("notificationRead", ({ data: { id } }) => {
    change((list) => (id === null ? allRead(list) : marked(list, id, "read")));
  });
  useResync((roomId) => {
    if (roomId === undefined) listAgain();
  });

  const mark = useMutation({
    mutationFn: ({ id, status }: Pick<Notification, "id" | "status">) =>
      api.markNotification(id, status),
    onMutate: ({ id, status }) => void change((list) => marked(list, id, status)),
    onError: listAgain,
  });
  const markAll = useMutation({
    mutationFn: api.markAllRead,
    onMutate: () => void change(allRead),
    onError: listAgain,
  });
  return { list: data, unread: unread(data), mark: mark.mutate, markAll: markAll.mutate };
}
