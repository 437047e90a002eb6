/** On a phone: the controls that do not fit beside the others. */
import BackHandRounded from "@mui/icons-material/BackHandRounded";
import GroupsRounded from "@mui/icons-material/GroupsRounded";
import MoreVertRounded from "@mui/icons-material/MoreVertRounded";
import TuneRounded from "@mui/icons-material/TuneRounded";
import Divider from "@mui/material/Divider";
import ListItemIcon from "@mui/material/ListItemIcon";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import { useState } from "react";
import { ControlButton } from "./ControlButton";
import type { StageChoice } from "./stage/StageChoice";
import { useViewItems } from "./stage/viewItems";

interface MoreMenuProps {
  readonly choice: StageChoice;
  readonly floating: (() => void) | null;
  readonly isHandRaised: boolean;
  readonly peopleHere: number;
  readonly onHand: () => void;
  readonly onPeople: () => void;
  readonly onSettings: () => void;
}

export function MoreMenu(props: MoreMenuProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const choose = (act: () => void) => () => {
    setAnchor(null);
    act();
  };
  const view = useViewItems({
    choice: props.choice,
    floating: props.floating,
    onDone: () => setAnchor(null),
  });
  return (
    <>
      <ControlButton
        label="More"
        testId="control-more"
        onClick={(event) => setAnchor(event.currentTarget)}
        icon={<MoreVertRounded />}
        sx={{ display: { xs: "inline-flex", sm: "none" } }}
      />
      <Menu open={anchor !== null} anchorEl={anchor} onClose={() => setAnchor(null)}>
        <MenuItem onClick={choose(props.onHand)}>
          <ListItemIcon>
            <BackHandRounded />
          </ListItemIcon>
          {props.isHandRaised ? "Lower your hand" : "Raise your hand"}
        </MenuItem>
        <MenuItem onClick={choose(props.onPeople)}>
          <ListItemIcon>
            <GroupsRounded />
          </ListItemIcon>
          Participants ({props.peopleHere})
        </MenuItem>
        <MenuItem onClick={choose(props.onSettings)}>
          <ListItemIcon>
            <TuneRounded />
          </ListItemIcon>
          Devices
        </MenuItem>
        <Divider />
        {view}
      </Menu>
    </>
  );
}
