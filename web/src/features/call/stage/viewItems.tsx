/** How the call is shown: layout, own picture, incoming video, full screen, small window. */
import AutoAwesomeMosaicRounded from "@mui/icons-material/AutoAwesomeMosaicRounded";
import CheckRounded from "@mui/icons-material/CheckRounded";
import FullscreenRounded from "@mui/icons-material/FullscreenRounded";
import GridViewRounded from "@mui/icons-material/GridViewRounded";
import PersonPinCircleRounded from "@mui/icons-material/PersonPinCircleRounded";
import PictureInPictureAltRounded from "@mui/icons-material/PictureInPictureAltRounded";
import VideocamOffRounded from "@mui/icons-material/VideocamOffRounded";
import ViewSidebarRounded from "@mui/icons-material/ViewSidebarRounded";
import Divider from "@mui/material/Divider";
import ListItemIcon from "@mui/material/ListItemIcon";
import ListItemText from "@mui/material/ListItemText";
import MenuItem from "@mui/material/MenuItem";
import type { ReactNode } from "react";
import { useStore } from "zustand";
import type { StageChoice } from "./StageChoice";
import type { Mode } from "./subjects";

interface ViewItemsProps {
  readonly choice: StageChoice;
  readonly floating: (() => void) | null;
  readonly onDone: () => void;
}

const MODES: readonly { readonly mode: Mode; readonly label: string; readonly icon: ReactNode }[] =
  [
    { mode: "auto", label: "Automatic", icon: <AutoAwesomeMosaicRounded /> },
    { mode: "grid", label: "Everybody in a grid", icon: <GridViewRounded /> },
    { mode: "speaker", label: "Who speaks is large", icon: <ViewSidebarRounded /> },
  ];

/** The items for a `Menu`, which wants them as its own children. */
export function useViewItems({ choice, floating, onDone }: ViewItemsProps): ReactNode[] {
  const { mode, isSelfSmall, isVideoStopped, fullScreen } = useStore(choice.store);
  const and = (act: () => void) => () => {
    onDone();
    act();
  };
  const items = [
    ...MODES.map((each) => (
      <Item
        key={each.mode}
        role="menuitemradio"
        icon={each.icon}
        label={each.label}
        isOn={mode === each.mode}
        onClick={and(() => choice.chooseMode(each.mode))}
      />
    )),
    <Divider key="-" />,
    <Item
      key="self"
      role="menuitemcheckbox"
      icon={<PersonPinCircleRounded />}
      label="Show me small"
      isOn={isSelfSmall}
      onClick={and(() => choice.showSelfSmall(!isSelfSmall))}
    />,
    <Item
      key="video"
      role="menuitemcheckbox"
      icon={<VideocamOffRounded />}
      label="Stop incoming video"
      note="Sound only, for a slow connection"
      isOn={isVideoStopped}
      onClick={and(() => choice.stopVideo(!isVideoStopped))}
    />,
    <Item
      key="full"
      role="menuitemcheckbox"
      icon={<FullscreenRounded />}
      label="Full screen"
      isOn={fullScreen !== null}
      onClick={and(() =>
        fullScreen === null ? void choice.fillScreen("stage") : void choice.leaveFullScreen(),
      )}
    />,
  ];
  if (floating !== null) {
    items.push(
      <Item
        key="floating"
        role="menuitem"
        icon={<PictureInPictureAltRounded />}
        label="Small window"
        note="Stays above other programs"
        isOn={false}
        onClick={and(floating)}
      />,
    );
  }
  return items;
}

interface ItemProps {
  readonly role: "menuitem" | "menuitemradio" | "menuitemcheckbox";
  readonly icon: ReactNode;
  readonly label: string;
  readonly note?: string;
  readonly isOn: boolean;
  readonly onClick: () => void;
}

function Item({ role, icon, label, note, isOn, onClick, ...fromMenu }: ItemProps) {
  return (
    <MenuItem
      {...fromMenu}
      role={role}
      {...(role === "menuitem" ? {} : { "aria-checked": isOn })}
      onClick={onClick}
    >
      <ListItemIcon>{icon}</ListItemIcon>
      <ListItemText primary={label} secondary={note} />
      {isOn && <CheckRounded aria-hidden fontSize="small" sx={{ ml: 2 }} />}
    </MenuItem>
  );
}
