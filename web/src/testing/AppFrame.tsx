/** The providers of the real client around a part of it. */
import { QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { MemoryRouter } from "react-router";
import { createQueryClient } from "../app/queryClient";
import { ToastProvider } from "../app/ToastContext";
import { AuthProvider } from "../features/auth/AuthContext";
import { RealtimeProvider } from "../realtime/RealtimeContext";

interface AppFrameProps {
  readonly at?: string;
  readonly children: ReactNode;
}

export function AppFrame({ at = "/", children }: AppFrameProps) {
  return (
    <QueryClientProvider client={createQueryClient()}>
      <ToastProvider>
        <AuthProvider>
          <RealtimeProvider>
            <MemoryRouter initialEntries={[at]}>{children}</MemoryRouter>
          </RealtimeProvider>
        </AuthProvider>
      </ToastProvider>
    </QueryClientProvider>
  );
}
