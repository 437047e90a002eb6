/** The frame of pages everybody may see: navigation above, footer below. */
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import MuiLink from "@mui/material/Link";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { Logo } from "../app/Logo";
import { ThemeToggle } from "../app/ThemeToggle";
import { useAuth } from "../features/auth/AuthContext";

export function PublicPage({ children }: { readonly children: ReactNode }) {
  const { status } = useAuth();
  return (
    <Box
      sx={{
        minHeight: "100dvh",
        display: "flex",
        flexDirection: "column",
        px: { xs: 2, sm: 4 },
        maxWidth: 1240,
        mx: "auto",
      }}
    >
      <Box
        component="header"
        sx={{ display: "flex", alignItems: "center", gap: { xs: 0, sm: 1 }, py: 2 }}
      >
        <Link
          to="/"
          aria-label="ConvoConnect, start page"
          style={{ display: "flex", textDecoration: "none" }}
        >
          <Box sx={{ display: { xs: "none", sm: "block" } }}>
            <Logo />
          </Box>
          <Box sx={{ display: { xs: "flex", sm: "none" } }}>
            <Logo withName={false} />
          </Box>
        </Link>
        <Box sx={{ flex: 1 }} />
        <Box component="nav" aria-label="Main" sx={{ display: "flex", alignItems: "center" }}>
          <Button
            component={Link}
            to="/about"
            color="inherit"
            sx={{ display: { xs: "none", sm: "inline-flex" } }}
          >
            About
          </Button>
          {status === "signedIn" ? (
            <Button component={Link} to="/home" variant="contained">
              Home
            </Button>
          ) : (
            <>
              <Button component={Link} to="/login" color="inherit">
                Log in
              </Button>
              <Button component={Link} to="/signup" variant="contained" sx={{ ml: 0.5 }}>
                Sign up
              </Button>
            </>
          )}
        </Box>
        <ThemeToggle />
      </Box>
      <Box component="main" sx={{ flex: 1 }}>
        {children}
      </Box>
      <Box
        component="footer"
        sx={{
          display: "flex",
          flexWrap: "wrap",
          gap: 3,
          py: 4,
          mt: 4,
          borderTop: "1px solid",
          borderColor: "divider",
          color: "text.secondary",
        }}
      >
        <span>ConvoConnect, run by the people who run this server.</span>
        <Box sx={{ flex: 1 }} />
        <MuiLink component={Link} to="/about" color="inherit">
          About
        </MuiLink>
        <MuiLink href="/api/docs" color="inherit">
          API
        </MuiLink>
      </Box>
    </Box>
  );
}
