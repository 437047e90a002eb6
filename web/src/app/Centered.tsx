/** One thing in the middle of the screen: waiting, or saying what went wrong. */
import Box from "@mui/material/Box";
import CircularProgress from "@mui/material/CircularProgress";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

export function Centered({ children }: { readonly children: ReactNode }) {
  return (
    <Box
      component="main"
      sx={{ minHeight: "100dvh", display: "grid", placeItems: "center", p: 3, textAlign: "center" }}
    >
      <Box sx={{ maxWidth: 480 }}>{children}</Box>
    </Box>
  );
}

export function Loading({ label = "Loading…" }: { readonly label?: string }) {
  return (
    <Centered>
      <CircularProgress aria-label={label} />
    </Centered>
  );
}

interface MessageProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  readonly icon?: ReactNode;
}

export function Message({ title, children, actions, icon }: MessageProps) {
  return (
    <Centered>
      {icon !== undefined && (
        <Box sx={{ color: "primary.main", mb: 2, "& svg": { fontSize: 56 } }}>{icon}</Box>
      )}
      <Typography variant="h4" component="h1" gutterBottom>
        {title}
      </Typography>
      <Typography component="div" sx={{ color: "text.secondary", mb: 3 }}>
        {children}
      </Typography>
      <Box sx={{ display: "flex", gap: 1.5, justifyContent: "center", flexWrap: "wrap" }}>
        {actions}
      </Box>
    </Centered>
  );
}
