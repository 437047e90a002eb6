/** Which keys do what in a call. */
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import Typography from "@mui/material/Typography";
import { Fragment } from "react";

type Keys = readonly (readonly [key: string, does: string])[];

const ANYWHERE: Keys = [
  ["M", "Mute or unmute"],
  ["Space", "Talk while it is held down, when you are muted"],
  ["V", "Camera on or off"],
  ["H", "Raise or lower your hand"],
  ["C", "Open or close the chat"],
  ["G", "Grid, or who speaks large"],
  ["F", "Full screen"],
  ["Page Up, Page Down", "Turn the pages of people"],
  ["?", "This list"],
];
const ON_A_TILE: Keys = [
  ["P", "Pin or unpin"],
  ["F", "Fill the screen with it"],
  ["Enter", "Open its menu"],
];

interface HelpDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function HelpDialog({ isOpen, onClose }: HelpDialogProps) {
  return (
    <Dialog open={isOpen} onClose={onClose} maxWidth="xs" aria-labelledby="keys-title">
      <DialogTitle id="keys-title">Keyboard shortcuts</DialogTitle>
      <DialogContent>
        <KeyList keys={ANYWHERE} />
        <Typography component="h3" variant="subtitle2" sx={{ mt: 2.5, mb: 1 }}>
          While a person has the focus
        </Typography>
        <KeyList keys={ON_A_TILE} />
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
      </DialogActions>
    </Dialog>
  );
}

function KeyList({ keys }: { readonly keys: Keys }) {
  return (
    <Box
      component="dl"
      sx={{
        m: 0,
        display: "grid",
        gridTemplateColumns: "max-content 1fr",
        columnGap: 2,
        rowGap: 1,
        alignItems: "baseline",
      }}
    >
      {keys.map(([key, does]) => (
        <Fragment key={key}>
          <dt>
            {key.split(", ").map((each) => (
              <Box key={each} component="kbd" sx={KEY}>
                {each}
              </Box>
            ))}
          </dt>
          <Typography component="dd" variant="body2" sx={{ m: 0 }}>
            {does}
          </Typography>
        </Fragment>
      ))}
    </Box>
  );
}

const KEY = {
  display: "inline-block",
  mr: 0.5,
  px: 1,
  py: 0.25,
  borderRadius: "8px",
  border: "1px solid",
  borderColor: "divider",
  bgcolor: "action.hover",
  fontFamily: "inherit",
  fontSize: "0.82rem",
  fontWeight: 600,
} as const;
