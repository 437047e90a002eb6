/** Where one can go. */
import ForumRounded from "@mui/icons-material/ForumRounded";
import HomeRounded from "@mui/icons-material/HomeRounded";
import InsightsRounded from "@mui/icons-material/InsightsRounded";
import LogoutRounded from "@mui/icons-material/LogoutRounded";
import ManageAccountsRounded from "@mui/icons-material/ManageAccountsRounded";
import VideoCameraFrontRounded from "@mui/icons-material/VideoCameraFrontRounded";
import Box from "@mui/material/Box";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import ListItemButton from "@mui/material/ListItemButton";
import ListItemIcon from "@mui/material/ListItemIcon";
import ListItemText from "@mui/material/ListItemText";
import Tooltip from "@mui/material/Tooltip";
import type { ReactElement } from "react";
import { Link, useLocation } from "react-router";
import { useUser } from "../features/auth/AuthContext";
import { useSignOut } from "../features/auth/useSignOut";

const PLACES = [
  { to: "/home", name: "Home", icon: <HomeRounded /> },
  { to: "/messages", name: "Messages", icon: <ForumRounded /> },
  { to: "/meetings", name: "Meetings", icon: <VideoCameraFrontRounded /> },
  { to: "/profile", name: "Profile settings", icon: <ManageAccountsRounded /> },
];
const ADMIN = { to: "/admin", name: "Overview", icon: <InsightsRounded /> };

export function Sidebar({ isNarrow }: { readonly isNarrow: boolean }) {
  const { roles } = useUser();
  const signOut = useSignOut();
  const { pathname } = useLocation();
  const places = roles.includes("admin") ? [...PLACES, ADMIN] : PLACES;
  return (
    <Box sx={{ display: "flex", flexDirection: "column", height: "100%", p: 1.5 }}>
      <List sx={{ flex: 1 }} disablePadding>
        {places.map(({ to, name, icon }) => (
          <Entry key={to} isNarrow={isNarrow} name={name}>
            <ListItemButton
              component={Link}
              to={to}
              aria-label={name}
              selected={pathname === to || pathname.startsWith(`${to}/`)}
              aria-current={pathname === to ? "page" : undefined}
              sx={{
                mb: 0.5,
                "&.Mui-selected": { color: "primary.main", "& svg": { color: "primary.main" } },
              }}
            >
              <ListItemIcon sx={{ minWidth: 44 }}>{icon}</ListItemIcon>
              {!isNarrow && <Name>{name}</Name>}
            </ListItemButton>
          </Entry>
        ))}
      </List>
      <List disablePadding>
        <Entry isNarrow={isNarrow} name="Log out">
          <ListItemButton aria-label="Log out" onClick={() => void signOut()}>
            <ListItemIcon sx={{ minWidth: 44 }}>
              <LogoutRounded />
            </ListItemIcon>
            {!isNarrow && <Name>Log out</Name>}
          </ListItemButton>
        </Entry>
      </List>
    </Box>
  );
}

interface EntryProps {
  readonly isNarrow: boolean;
  readonly name: string;
  readonly children: ReactElement;
}

function Entry({ isNarrow, name, children }: EntryProps) {
  return (
    <ListItem disablePadding>
      <Tooltip title={isNarrow ? name : ""} placement="right">
        {children}
      </Tooltip>
    </ListItem>
  );
}

function Name({ children }: { readonly children: string }) {
  return <ListItemText primary={children} slotProps={{ primary: { noWrap: true } }} />;
}
