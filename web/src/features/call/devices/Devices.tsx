/** The devices of the call, changed while it goes on. */
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useStore } from "zustand";
import { DeviceChoice } from "../../media/DeviceChoice";
import { LevelMeter } from "../../media/LevelMeter";
import type { LocalMedia } from "../../media/LocalMedia";

interface DevicesProps {
  readonly media: LocalMedia;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function Devices({ media, isOpen, onClose }: DevicesProps) {
  const { microphone, isMicrophoneOn } = useStore(media.store);
  return (
    <Dialog open={isOpen} onClose={onClose} maxWidth="xs" aria-labelledby="devices-title">
      <DialogTitle id="devices-title">Devices</DialogTitle>
      <DialogContent>
        <Stack spacing={2} sx={{ pt: 1 }}>
          <DeviceChoice media={media} />
          <div>
            <LevelMeter track={isMicrophoneOn ? microphone : null} />
            <Typography variant="caption" sx={{ color: "text.secondary" }}>
              {isMicrophoneOn
                ? "Say something: the bar should move."
                : "You are muted; the bar moves when you are not."}
            </Typography>
          </div>
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>Done</Button>
      </DialogActions>
    </Dialog>
  );
}
