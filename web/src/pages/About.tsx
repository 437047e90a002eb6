/** What ConvoConnect is and how it treats what people entrust to it. */
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { PublicPage } from "./PublicPage";

const SECTIONS = [
  {
    title: "What it is",
    text: "ConvoConnect is a platform for video calls and chat that anybody can run on a server of their own. It works in the browser; there is nothing to install.",
  },
  {
    title: "Where your conversations go",
    text: "In a call between browsers, sound and pictures travel encrypted from person to person; when a network does not allow that, they pass through a relay that cannot read them. Chat messages are kept on this server, for the people of their room.",
  },
  {
    title: "What is kept about you",
    text: "Your name, email address and what you put into your profile, the rooms you are in, and when calls took place. No statistics are sent to third parties, and no font, script or picture is loaded from one.",
  },
  {
    title: "Who to ask",
    text: "This installation is run by whoever gave you its address. They decide who may sign up and how long data is kept, and they are the ones to ask about it.",
  },
];

export function About() {
  return (
    <PublicPage>
      <Box sx={{ maxWidth: 680, py: { xs: 4, md: 8 } }}>
        <Typography variant="h1" sx={{ fontSize: { xs: "2.4rem", md: "3.2rem" }, mb: 4 }}>
          About ConvoConnect
        </Typography>
        {SECTIONS.map(({ title, text }) => (
          <Box key={title} component="section" sx={{ mb: 4 }}>
            <Typography variant="h5" component="h2" gutterBottom>
              {title}
            </Typography>
            <Typography sx={{ color: "text.secondary", fontSize: "1.05rem" }}>{text}</Typography>
          </Box>
        ))}
      </Box>
    </PublicPage>
  );
}
