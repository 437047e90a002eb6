/** Choose camera, microphone and speaker; the choice is remembered in this browser. */
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import { useStore } from "zustand";
import type { LocalMedia } from "./LocalMedia";
import { readPreferences } from "./preferences";
import { useDevices } from "./useDevices";

export function DeviceChoice({ media }: { readonly media: LocalMedia }) {
  const { camera, microphone, speakerId } = useStore(media.store);
  const devices = useDevices(`${camera?.id}${microphone?.id}`);
  const remembered = readPreferences();
  return (
    <Stack spacing={2}>
      <Choice
        label="Microphone"
        options={devices.microphones}
        chosen={microphone?.getSettings().deviceId ?? remembered.microphoneId}
        onChoose={(id) => void media.chooseMicrophone(id)}
      />
      <Choice
        label="Camera"
        options={devices.cameras}
        chosen={camera?.getSettings().deviceId ?? remembered.cameraId}
        onChoose={(id) => void media.chooseCamera(id)}
      />
      {canChooseSpeaker() && devices.speakers.length > 0 && (
        <Choice
          label="Speaker"
          options={devices.speakers}
          chosen={speakerId ?? "default"}
          onChoose={(id) => media.chooseSpeaker(id)}
        />
      )}
    </Stack>
  );
}

/** Where the browser cannot send sound elsewhere, a list of speakers would promise too much. */
const canChooseSpeaker = () => "setSinkId" in HTMLMediaElement.prototype;

interface ChoiceProps {
  readonly label: string;
  readonly options: readonly MediaDeviceInfo[];
  readonly chosen: string | null;
  readonly onChoose: (deviceId: string) => void;
}

function Choice({ label, options, chosen, onChoose }: ChoiceProps) {
  const isThere = options.some(({ deviceId }) => deviceId === chosen);
  return (
    <TextField
      select
      size="small"
      fullWidth
      label={label}
      value={isThere ? chosen : (options[0]?.deviceId ?? "none")}
      disabled={options.length === 0}
      onChange={(event) => onChoose(event.target.value)}
    >
      {options.length === 0 && <MenuItem value="none">None found, or not allowed yet</MenuItem>}
      {options.map(({ deviceId, label: name }, index) => (
        <MenuItem key={deviceId} value={deviceId}>
          {name || `${label} ${index + 1}`}
        </MenuItem>
      ))}
    </TextField>
  );
}
