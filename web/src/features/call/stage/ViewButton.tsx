/** Opens the menu of how the call is shown. */
import DashboardRounded from "@mui/icons-material/DashboardRounded";
import Menu from "@mui/material/Menu";
import type { SxProps, Theme } from "@mui/material/styles";
import { useState } from "react";
import { ControlButton } from "../ControlButton";
import type { StageChoice } from "./StageChoice";
import { useViewItems } from "./viewItems";

interface ViewButtonProps {
  readonly choice: StageChoice;
  readonly floating: (() => void) | null;
  readonly sx: SxProps<Theme>;
}

export function ViewButton({ choice, floating, sx }: ViewButtonProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const items = useViewItems({ choice, floating, onDone: () => setAnchor(null) });
  return (
    <>
      <ControlButton
        label="Layout"
        testId="control-view"
        onClick={(event) => setAnchor(event.currentTarget)}
        icon={<DashboardRounded />}
        sx={sx}
      />
      <Menu open={anchor !== null} anchorEl={anchor} onClose={() => setAnchor(null)}>
        {items}
      </Menu>
    </>
  );
}
