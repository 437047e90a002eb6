/** How long answers count as fresh, and which failures are worth another try. */
import { QueryClient } from "@tanstack/react-query";
import { Problem } from "../api/problem";

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (failures, error) => failures < 2 && mayPass(error),
      },
    },
  });
}

function mayPass(error: unknown): boolean {
  return error instanceof Problem && (error.status === 0 || error.status >= 500);
}
