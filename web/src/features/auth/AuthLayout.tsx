/** The frame of the pages one sees before signing in. */
import Box from "@mui/material/Box";
import Card from "@mui/material/Card";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { Logo } from "../../app/Logo";
import { ThemeToggle } from "../../app/ThemeToggle";

interface AuthLayoutProps {
  readonly title: string;
  readonly lead: string;
  readonly children: ReactNode;
  readonly footer: ReactNode;
}

export function AuthLayout({ title, lead, children, footer }: AuthLayoutProps) {
  return (
    <Box sx={{ minHeight: "100dvh", display: "flex", flexDirection: "column" }}>
      <Box sx={{ display: "flex", justifyContent: "space-between", alignItems: "center", p: 2 }}>
        <Link
          to="/"
          aria-label="ConvoConnect, start page"
          style={{ display: "flex", textDecoration: "none" }}
        >
          <Logo />
        </Link>
        <ThemeToggle />
      </Box>
      <Box component="main" sx={{ flex: 1, display: "grid", placeItems: "center", p: 2 }}>
        <Box sx={{ width: "100%", maxWidth: 440 }}>
          <Card sx={{ p: { xs: 3, sm: 5 } }}>
            <Typography variant="h4" component="h1">
              {title}
            </Typography>
            <Typography sx={{ color: "text.secondary", mb: 3 }}>{lead}</Typography>
            {children}
          </Card>
          <Typography sx={{ textAlign: "center", mt: 3, color: "text.secondary" }}>
            {footer}
          </Typography>
        </Box>
      </Box>
    </Box>
  );
}
