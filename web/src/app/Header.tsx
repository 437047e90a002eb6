/** Title, connection, notifications, theme, and the signed-in person. */
import LogoutRounded from "@mui/icons-material/LogoutRounded";
import ManageAccountsRounded from "@mui/icons-material/ManageAccountsRounded";
import MenuRounded from "@mui/icons-material/MenuRounded";
import Box from "@mui/material/Box";
import Divider from "@mui/material/Divider";
import IconButton from "@mui/material/IconButton";
import ListItemIcon from "@mui/material/ListItemIcon";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { Link } from "react-router";
import { useUser } from "../features/auth/AuthContext";
import { useSignOut } from "../features/auth/useSignOut";
import { NotificationBell } from "../features/notifications/NotificationBell";
import { PersonAvatar } from "../features/people/PersonAvatar";
import { ConnectionState } from "./ConnectionState";
import { Logo } from "./Logo";
import { ThemeToggle } from "./ThemeToggle";

export function Header({ onMenu }: { readonly onMenu: () => void }) {
  return (
    <Box
      component="header"
      sx={{
        display: "flex",
        alignItems: "center",
        gap: { xs: 0.25, sm: 1 },
        px: { xs: 1, sm: 2 },
        minHeight: 64,
        borderBottom: "1px solid",
        borderColor: "divider",
        bgcolor: "background.paper",
      }}
    >
      <IconButton aria-label="Menu" onClick={onMenu}>
        <MenuRounded />
      </IconButton>
      <Link
        to="/home"
        aria-label="ConvoConnect, home"
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
      <ConnectionState />
      <NotificationBell />
      <ThemeToggle />
      <AccountMenu />
    </Box>
  );
}

function AccountMenu() {
  const user = useUser();
  const signOut = useSignOut();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const name = user.fullName || user.username;
  return (
    <>
      <IconButton
        aria-label={`Account of ${name}`}
        data-testid="account-menu"
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        <PersonAvatar userId={user.userId} name={name} picture={user.profilePicture} size={34} />
      </IconButton>
      <Menu open={anchor !== null} anchorEl={anchor} onClose={() => setAnchor(null)}>
        <Box sx={{ px: 2, py: 1, maxWidth: 280 }}>
          <Typography noWrap sx={{ fontWeight: 650 }}>
            {name}
          </Typography>
          <Typography noWrap variant="body2" sx={{ color: "text.secondary" }}>
            {user.email}
          </Typography>
        </Box>
        <Divider />
        <MenuItem component={Link} to="/profile" onClick={() => setAnchor(null)}>
          <ListItemIcon>
            <ManageAccountsRounded />
          </ListItemIcon>
          Profile settings
        </MenuItem>
        <MenuItem onClick={() => void signOut()}>
          <ListItemIcon>
            <LogoutRounded />
          </ListItemIcon>
          Log out
        </MenuItem>
      </Menu>
    </>
  );
}
