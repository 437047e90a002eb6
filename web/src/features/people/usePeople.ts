/** Names and pictures of people by their ids. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getPeople } from "../../api/people";
import type { Person } from "../../protocol/rest";
import { useSocketEvent } from "../../realtime/RealtimeContext";

const NOBODY: ReadonlyMap<string, Person> = new Map();
const MOST = 200;

/** Those of `userIds` that are known by now; a changed profile shows without asking again. */
export function usePeople(userIds: readonly string[]): ReadonlyMap<string, Person> {
  const queries = useQueryClient();
  const ids = [...userIds].sort().slice(0, MOST);
  const { data } = useQuery({
    queryKey: ["people", ids],
    queryFn: async () => new Map((await getPeople(ids)).map((person) => [person.userId, person])),
    enabled: ids.length > 0,
    staleTime: 5 * 60_000,
    placeholderData: (previous) => previous,
  });
  useSocketEvent("profileUpdated", ({ data: { userId } }) => {
    if (ids.includes(userId)) void queries.invalidateQueries({ queryKey: ["people"] });
  });
  return data ?? NOBODY;
}
