/** A short message at the bottom of the screen, for what has no better place. */
import Alert from "@mui/material/Alert";
import Snackbar from "@mui/material/Snackbar";
import { createContext, type ReactNode, use, useCallback, useState } from "react";

type Tone = "success" | "error" | "info";
interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: Tone;
}

const ToastContext = createContext<(text: string, tone?: Tone) => void>(() => {});

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [toast, setToast] = useState<Toast | null>(null);
  const show = useCallback((text: string, tone: Tone = "success") => {
    setToast((last) => ({ id: (last?.id ?? 0) + 1, text, tone }));
  }, []);
  const close = () => setToast(null);
  return (
    <ToastContext value={show}>
      {children}
      {toast !== null && (
        <Snackbar
          key={toast.id}
          open
          autoHideDuration={5_000}
          onClose={(_, reason) => reason === "timeout" && close()}
          anchorOrigin={{ vertical: "bottom", horizontal: "center" }}
        >
          <Alert severity={toast.tone} variant="filled" onClose={close}>
            {toast.text}
          </Alert>
        </Snackbar>
      )}
    </ToastContext>
  );
}

export function useToast() {
  return use(ToastContext);
}
