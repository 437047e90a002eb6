/** What can be done with one tile. */
import MoreVertRounded from "@mui/icons-material/MoreVertRounded";
import IconButton from "@mui/material/IconButton";
import ListItemIcon from "@mui/material/ListItemIcon";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import Typography from "@mui/material/Typography";
import { type ReactNode, useRef } from "react";

export interface TileAction {
  readonly label: string;
  readonly icon: ReactNode;
  /** Works while the tile has the focus; lower case. */
  readonly key?: string;
  readonly act: () => void;
}

interface TileMenuProps {
  readonly name: string;
  readonly actions: readonly TileAction[];
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
}

export function TileMenu({ name, actions, isOpen, onOpen }: TileMenuProps) {
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <IconButton
        ref={button}
        data-tile-menu
        aria-label={`More about ${name}`}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => onOpen(true)}
        sx={{
          position: "absolute",
          top: 2,
          right: 2,
          color: "#ffffff",
          "& svg": { bgcolor: "rgba(8, 15, 14, .72)", borderRadius: 99, p: "4px", fontSize: 30 },
        }}
      >
        <MoreVertRounded />
      </IconButton>
      <Menu open={isOpen} anchorEl={() => button.current} onClose={() => onOpen(false)}>
        {actions.map(({ label, icon, key, act }) => (
          <MenuItem
            key={label}
            aria-keyshortcuts={key?.toUpperCase()}
            onClick={() => {
              onOpen(false);
              act();
            }}
          >
            <ListItemIcon>{icon}</ListItemIcon>
            {label}
            {key !== undefined && (
              <Typography variant="body2" sx={{ ml: "auto", pl: 3, color: "text.secondary" }}>
                {key.toUpperCase()}
              </Typography>
            )}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
