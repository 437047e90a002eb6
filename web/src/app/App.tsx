/** Puts the client together. Read this first: it names every part and joins them. */
import createCache from "@emotion/cache";
import { CacheProvider } from "@emotion/react";
import CssBaseline from "@mui/material/CssBaseline";
import { ThemeProvider } from "@mui/material/styles";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "react-router/dom";
import { AuthProvider } from "../features/auth/AuthContext";
import { RealtimeProvider } from "../realtime/RealtimeContext";
import { createQueryClient } from "./queryClient";
import { createAppRouter } from "./routes";
import { ToastProvider } from "./ToastContext";
import { theme } from "./theme";

// Styles written by emotion pass the content security policy by this page's nonce only.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.content;
const styles = createCache({ key: "convo", ...(nonce ? { nonce } : {}) });
const queries = createQueryClient();
const router = createAppRouter();

export function App() {
  return (
    <CacheProvider value={styles}>
      <ThemeProvider theme={theme} defaultMode="system" noSsr>
        <CssBaseline enableColorScheme />
        <QueryClientProvider client={queries}>
          <ToastProvider>
            <AuthProvider>
              <RealtimeProvider>
                <RouterProvider router={router} />
              </RealtimeProvider>
            </AuthProvider>
          </ToastProvider>
        </QueryClientProvider>
      </ThemeProvider>
    </CacheProvider>
  );
}
