/** What a host may change about a room, and how it ends. */
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import Divider from "@mui/material/Divider";
import FormControlLabel from "@mui/material/FormControlLabel";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import { useState } from "react";
import { inWords } from "../../api/problem";
import { useToast } from "../../app/ToastContext";
import type { Person, Room, RoomChange } from "../../protocol/rest";
import { PasswordField } from "../auth/PasswordField";
import { ConfirmDialog } from "./ConfirmDialog";
import { PeoplePicker } from "./PeoplePicker";
import { useHostRoom } from "./useRooms";

interface ManageRoomDialogProps {
  readonly room: Room;
  readonly onClose: () => void;
}

export function ManageRoomDialog({ room, onClose }: ManageRoomDialogProps) {
  const { change, invite, close, remove } = useHostRoom(room);
  const toast = useToast();
  const [roomName, setRoomName] = useState(room.roomName);
  const [isPrivate, setPrivate] = useState(room.isPrivate);
  const [password, setPassword] = useState("");
  const [people, setPeople] = useState<readonly Person[]>([]);
  const [asked, setAsked] = useState<"close" | "delete" | null>(null);
  const problem = [change, invite, close, remove].find(({ isError }) => isError)?.error;
  const isActive = room.status === "active";

  async function save() {
    const changes: RoomChange = {
      ...(roomName.trim() === room.roomName ? {} : { roomName: roomName.trim() }),
      ...(isPrivate === room.isPrivate ? {} : { isPrivate }),
      ...(password === "" ? {} : { roomPassword: password }),
    };
    try {
      if (Object.keys(changes).length > 0) await change.mutateAsync(changes);
      if (people.length > 0) await invite.mutateAsync(people.map(({ userId }) => userId));
    } catch {
      // Shown above the form through `problem`.
      return;
    }
    toast("Saved.");
    onClose();
  }

  return (
    <Dialog open onClose={onClose}>
      <DialogTitle>Manage the room</DialogTitle>
      <DialogContent>
        <Stack spacing={2} sx={{ pt: 1 }}>
          {problem != null && <Alert severity="error">{inWords(problem)}</Alert>}
          {isActive && (
            <>
              <TextField
                label="Name"
                fullWidth
                value={roomName}
                onChange={(event) => setRoomName(event.target.value)}
                slotProps={{ htmlInput: { maxLength: 120 } }}
              />
              <PeoplePicker people={people} onChange={setPeople} />
              <FormControlLabel
                label="Private"
                control={
                  <Switch
                    checked={isPrivate}
                    onChange={(event) => setPrivate(event.target.checked)}
                  />
                }
              />
              <PasswordField
                label={room.hasPassword ? "New password" : "Set a password"}
                autoComplete="new-password"
                value={password}
                helperText={
                  room.hasPassword ? "Empty keeps the one there is." : "At least 4 characters."
                }
                onChange={(event) => setPassword(event.target.value)}
              />
              {room.hasPassword && (
                <Button
                  sx={{ alignSelf: "flex-start" }}
                  loading={change.isPending}
                  onClick={() => change.mutate({ roomPassword: null })}
                >
                  Remove the password
                </Button>
              )}
              <Divider />
            </>
          )}
          <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap" }}>
            {isActive && (
              <Button color="error" variant="outlined" onClick={() => setAsked("close")}>
                Close the room
              </Button>
            )}
            <Button color="error" onClick={() => setAsked("delete")}>
              Delete the room
            </Button>
          </Box>
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose} color="inherit">
          Cancel
        </Button>
        {isActive && (
          <Button
            variant="contained"
            loading={change.isPending || invite.isPending}
            disabled={roomName.trim() === ""}
            onClick={() => void save()}
          >
            Save
          </Button>
        )}
      </DialogActions>
      <ConfirmDialog
        isOpen={asked === "close"}
        title={`Close “${room.roomName}”?`}
        text="The call ends for everybody and nobody can enter again. The chat can still be read."
        action="Close the room"
        onCancel={() => setAsked(null)}
        onConfirm={() =>
          close.mutate(undefined, { onSuccess: onClose, onError: () => setAsked(null) })
        }
      />
      <ConfirmDialog
        isOpen={asked === "delete"}
        title={`Delete “${room.roomName}”?`}
        text="The room and its chat are gone for everybody. This cannot be undone."
        action="Delete the room"
        onCancel={() => setAsked(null)}
        onConfirm={() =>
          remove.mutate(undefined, { onSuccess: onClose, onError: () => setAsked(null) })
        }
      />
    </Dialog>
  );
}
