/** The notifications of this person, kept current by the socket. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import * as api from "../../api/notifications";
import type { Notification } from "../../protocol/rest";
import { useSocketEvent } from "../../realtime/RealtimeContext";
import { allRead, arrived, marked, unread } from "./model";

const KEY = ["notifications"];

export function useNotifications(onArrival: (notification: Notification) => void) {
  const queries = useQueryClient();
  const { data = [] } = useQuery({ queryKey: KEY, queryFn: api.listNotifications });
  const change = (step: (list: readonly Notification[]) => Notification[]) =>
    queries.setQueryData<Notification[]>(KEY, (list) => step(list ?? []));

  useSocketEvent("notification", ({ data: notification }) => {
    change((list) => arrived(list, notification));
    onArrival(notification);
  });

  const mark = useMutation({
    mutationFn: ({ id, status }: Pick<Notification, "id" | "status">) =>
      api.markNotification(id, status),
    onMutate: ({ id, status }) => void change((list) => marked(list, id, status)),
    onError: () => void queries.invalidateQueries({ queryKey: KEY }),
  });
  const markAll = useMutation({
    mutationFn: api.markAllRead,
    onMutate: () => void change(allRead),
    onError: () => void queries.invalidateQueries({ queryKey: KEY }),
  });
  return { list: data, unread: unread(data), mark: mark.mutate, markAll: markAll.mutate };
}
