/** How long answers count as fresh, and which failures are worth another try. */
import { QueryClient } from "@tanstack/react-query";
import { Problem } from "../api/problem";

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (failures, error) => failures < 2 && error instanceof Problem && error.isPassing,
      },
    },
  });
}
