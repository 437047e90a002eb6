/** What a list says while it has nothing to show: why, and what to do about it. */
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

interface EmptyStateProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly children: ReactNode;
}

export function EmptyState({ icon, title, children }: EmptyStateProps) {
  return (
    <Box
      sx={{
        textAlign: "center",
        px: 3,
        py: 5,
        border: "1px dashed",
        borderColor: "divider",
        borderRadius: "18px",
      }}
    >
      <Box sx={{ color: "primary.main", mb: 1, "& svg": { fontSize: 36 } }}>{icon}</Box>
      <Typography variant="h6" component="p">
        {title}
      </Typography>
      <Typography sx={{ color: "text.secondary", maxWidth: 420, mx: "auto" }}>
        {children}
      </Typography>
    </Box>
  );
}
