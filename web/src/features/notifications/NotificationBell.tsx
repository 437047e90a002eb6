/** The bell in the header: how many are unread, and what they say. */
import NotificationsRounded from "@mui/icons-material/NotificationsRounded";
import Badge from "@mui/material/Badge";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import List from "@mui/material/List";
import ListItemButton from "@mui/material/ListItemButton";
import ListItemText from "@mui/material/ListItemText";
import Popover from "@mui/material/Popover";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useToast } from "../../app/ToastContext";
import type { Notification } from "../../protocol/rest";
import { roomPath } from "../rooms/link";
import { ago } from "./model";
import { useNotifications } from "./useNotifications";

export function NotificationBell() {
  const navigate = useNavigate();
  const toast = useToast();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const { list, unread, mark, markAll } = useNotifications(({ message }) => toast(message, "info"));
  const label = unread === 0 ? "Notifications" : `Notifications, ${unread} unread`;

  function open({ id, relatedRoomId }: Notification) {
    mark({ id, status: "read" });
    setAnchor(null);
    if (relatedRoomId !== null) navigate(roomPath(relatedRoomId));
  }

  return (
    <>
      <Tooltip title="Notifications">
        <IconButton
          aria-label={label}
          data-testid="notification-bell"
          onClick={(event) => setAnchor(event.currentTarget)}
        >
          <Badge badgeContent={unread} color="secondary" max={99}>
            <NotificationsRounded />
          </Badge>
        </IconButton>
      </Tooltip>
      <Popover
        open={anchor !== null}
        anchorEl={anchor}
        onClose={() => setAnchor(null)}
        anchorOrigin={{ vertical: "bottom", horizontal: "right" }}
        transformOrigin={{ vertical: "top", horizontal: "right" }}
        slotProps={{
          paper: { sx: { width: 380, maxWidth: "calc(100vw - 32px)" } },
        }}
      >
        <Box sx={{ display: "flex", alignItems: "center", px: 2, pt: 1.5 }}>
          <Typography variant="h6" component="h2" sx={{ flex: 1 }}>
            Notifications
          </Typography>
          {unread > 0 && (
            <Button size="small" onClick={() => markAll()}>
              Mark all read
            </Button>
          )}
        </Box>
        {list.length === 0 ? (
          <Typography sx={{ p: 3, textAlign: "center", color: "text.secondary" }}>
            Nothing yet. Invitations appear here.
          </Typography>
        ) : (
          <List sx={{ px: 1, maxHeight: 420, overflowY: "auto" }}>
            {list.map((one) => (
              <ListItemButton
                key={one.id}
                data-testid="notification"
                onClick={() => open(one)}
                sx={{ gap: 1.5, alignItems: "flex-start" }}
              >
                <Badge
                  variant="dot"
                  color="secondary"
                  invisible={one.status === "read"}
                  sx={{ mt: 1.5, ml: 0.5 }}
                />
                <ListItemText
                  primary={one.message}
                  secondary={ago(one.createdAt, Date.now())}
                  slotProps={{
                    primary: { sx: { fontWeight: one.status === "unread" ? 600 : 400 } },
                  }}
                />
              </ListItemButton>
            ))}
          </List>
        )}
      </Popover>
    </>
  );
}
