/** Makes a room and goes to its door. */
import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import FormControlLabel from "@mui/material/FormControlLabel";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { inWords } from "../../api/problem";
import type { Person } from "../../protocol/rest";
import { PasswordField } from "../auth/PasswordField";
import { roomPath } from "./link";
import { PeoplePicker } from "./PeoplePicker";
import { useCreateRoom } from "./useRooms";

interface CreateRoomDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function CreateRoomDialog({ isOpen, onClose }: CreateRoomDialogProps) {
  const navigate = useNavigate();
  const create = useCreateRoom();
  const [roomName, setRoomName] = useState("");
  const [isPrivate, setPrivate] = useState(false);
  const [password, setPassword] = useState("");
  const [people, setPeople] = useState<readonly Person[]>([]);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (roomName.trim() === "") return;
    create.mutate(
      {
        roomName: roomName.trim(),
        isPrivate,
        participants: people.map(({ userId }) => userId),
        ...(password === "" ? {} : { roomPassword: password }),
      },
      { onSuccess: ({ roomId }) => navigate(roomPath(roomId)) },
    );
  }

  return (
    <Dialog
      open={isOpen}
      onClose={onClose}
      slotProps={{ paper: { component: "form", onSubmit: submit } as object }}
    >
      <DialogTitle>Start a meeting</DialogTitle>
      <DialogContent>
        <Stack spacing={2} sx={{ pt: 1 }}>
          {create.isError && <Alert severity="error">{inWords(create.error)}</Alert>}
          <TextField
            label="Name of the room"
            autoFocus
            required
            fullWidth
            value={roomName}
            onChange={(event) => setRoomName(event.target.value)}
            slotProps={{ htmlInput: { maxLength: 120, "data-testid": "room-name" } }}
          />
          <PeoplePicker people={people} onChange={setPeople} />
          <FormControlLabel
            label="Private: only people you invite can see and enter it"
            control={
              <Switch checked={isPrivate} onChange={(event) => setPrivate(event.target.checked)} />
            }
          />
          <PasswordField
            label="Password (optional)"
            autoComplete="new-password"
            value={password}
            helperText="At least 4 characters. Who was not invited is asked for it."
            onChange={(event) => setPassword(event.target.value)}
          />
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose} color="inherit">
          Cancel
        </Button>
        <Button
          type="submit"
          variant="contained"
          data-testid="create-room-submit"
          loading={create.isPending}
          disabled={roomName.trim() === ""}
        >
          Create room
        </Button>
      </DialogActions>
    </Dialog>
  );
}
