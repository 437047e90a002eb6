/** Leave; a host may also end the meeting for everyone. */
import LogoutRounded from "@mui/icons-material/LogoutRounded";
import PhoneDisabledRounded from "@mui/icons-material/PhoneDisabledRounded";
import ListItemIcon from "@mui/material/ListItemIcon";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import { type ReactNode, useState } from "react";
import { inWords } from "../../api/problem";
import { closeRoom } from "../../api/rooms";
import { useToast } from "../../app/ToastContext";
import type { CallSession } from "./CallSession";
import { ControlButton } from "./ControlButton";

interface LeaveButtonProps {
  readonly session: CallSession;
  readonly isHost: boolean;
  readonly icon: ReactNode;
}

export function LeaveButton({ session, isHost, icon }: LeaveButtonProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const toast = useToast();

  async function endForEveryone() {
    setAnchor(null);
    try {
      await closeRoom(session.roomId);
    } catch (refused) {
      toast(inWords(refused), "error");
    }
  }

  return (
    <>
      <ControlButton
        label="Leave"
        testId="control-leave"
        tone="end"
        onClick={(event) => (isHost ? setAnchor(event.currentTarget) : session.leave())}
        icon={icon}
        sx={{ width: { xs: 54, sm: 68 }, borderRadius: 99 }}
      />
      <Menu open={anchor !== null} anchorEl={anchor} onClose={() => setAnchor(null)}>
        <MenuItem data-testid="leave-call" onClick={() => session.leave()}>
          <ListItemIcon>
            <LogoutRounded />
          </ListItemIcon>
          Leave the call
        </MenuItem>
        <MenuItem data-testid="end-for-everyone" onClick={() => void endForEveryone()}>
          <ListItemIcon>
            <PhoneDisabledRounded color="error" />
          </ListItemIcon>
          End for everyone and close the room
        </MenuItem>
      </Menu>
    </>
  );
}
