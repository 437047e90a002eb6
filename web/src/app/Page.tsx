/** A page of the dashboard: its title, a line about it, and its content. */
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { type ReactNode, useEffect } from "react";

interface PageProps {
  readonly title: string;
  readonly lead?: string;
  readonly children: ReactNode;
}

export function Page({ title, lead, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · ConvoConnect`;
    return () => {
      document.title = "ConvoConnect";
    };
  }, [title]);
  return (
    <Box sx={{ p: { xs: 2, sm: 3, md: 4 }, maxWidth: 1180, mx: "auto" }}>
      <Box sx={{ mb: 3 }}>
        <Typography variant="h4" component="h1">
          {title}
        </Typography>
        {lead !== undefined && <Typography sx={{ color: "text.secondary" }}>{lead}</Typography>}
      </Box>
      {children}
    </Box>
  );
}
