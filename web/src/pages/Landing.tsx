/** The first page: what this is, and the way in. */
import EventAvailableRounded from "@mui/icons-material/EventAvailableRounded";
import ForumRounded from "@mui/icons-material/ForumRounded";
import ShieldRounded from "@mui/icons-material/ShieldRounded";
import VideocamRounded from "@mui/icons-material/VideocamRounded";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { useAuth } from "../features/auth/AuthContext";
import { LandingPicture } from "./LandingPicture";
import { PublicPage } from "./PublicPage";

const FEATURES: readonly { icon: ReactNode; title: string; text: string }[] = [
  {
    icon: <VideocamRounded />,
    title: "Video conferencing",
    text: "Faces, voices and shared screens in one click. If the connection drops, the call finds its way back by itself.",
  },
  {
    icon: <ForumRounded />,
    title: "Real-time messaging",
    text: "Every room has a chat that stays. Read up before the meeting, go on writing after it.",
  },
  {
    icon: <EventAvailableRounded />,
    title: "Rooms that wait for you",
    text: "Give a room a name, invite people, protect it with a password. Its link never changes.",
  },
  {
    icon: <ShieldRounded />,
    title: "On your own server",
    text: "Calls of two go straight from one to the other. No third party sees who talks to whom.",
  },
];

export function Landing() {
  const { status } = useAuth();
  const isSignedIn = status === "signedIn";
  return (
    <PublicPage>
      <Box
        sx={{
          display: "grid",
          gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "minmax(0, 1.05fr) minmax(0, 1fr)" },
          gap: { xs: 5, md: 8 },
          alignItems: "center",
          py: { xs: 5, md: 10 },
        }}
      >
        <Box>
          <Typography variant="h1" sx={{ fontSize: { xs: "2.6rem", sm: "3.4rem", md: "4.1rem" } }}>
            Meet like you are{" "}
            <Box component="span" sx={{ color: "primary.main" }}>
              in the same room.
            </Box>
          </Typography>
          <Typography
            sx={{ mt: 2.5, mb: 4, fontSize: "1.15rem", color: "text.secondary", maxWidth: 520 }}
          >
            ConvoConnect brings video calls, chat and shared screens together, in your browser and
            on a server of your own.
          </Typography>
          <Box sx={{ display: "flex", gap: 1.5, flexWrap: "wrap" }}>
            {isSignedIn ? (
              <Button component={Link} to="/home" variant="contained" size="large">
                Go to your rooms
              </Button>
            ) : (
              <>
                <Button component={Link} to="/signup" variant="contained" size="large">
                  Create your account
                </Button>
                <Button component={Link} to="/login" variant="outlined" size="large">
                  Log in
                </Button>
              </>
            )}
          </Box>
        </Box>
        <LandingPicture />
      </Box>
      <Box component="section" aria-labelledby="features" sx={{ py: { xs: 4, md: 8 } }}>
        <Typography
          id="features"
          variant="h2"
          sx={{ fontSize: { xs: "1.9rem", md: "2.5rem" }, mb: 4, maxWidth: 560 }}
        >
          Everything a conversation needs
        </Typography>
        <Box
          sx={{
            display: "grid",
            gap: { xs: 3, md: 4 },
            gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 230px), 1fr))",
          }}
        >
          {FEATURES.map(({ icon, title, text }) => (
            <Box key={title}>
              <Box
                sx={{
                  display: "grid",
                  placeItems: "center",
                  width: 52,
                  height: 52,
                  borderRadius: "18px",
                  mb: 2,
                  bgcolor: "primary.main",
                  color: "primary.contrastText",
                }}
              >
                {icon}
              </Box>
              <Typography variant="h6" component="h3" gutterBottom>
                {title}
              </Typography>
              <Typography sx={{ color: "text.secondary" }}>{text}</Typography>
            </Box>
          ))}
        </Box>
      </Box>
    </PublicPage>
  );
}
