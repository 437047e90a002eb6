/** Enter a room by its link or id. */
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { roomIdIn, roomPath } from "./link";

export function JoinForm() {
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const [isWrong, setWrong] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    const roomId = roomIdIn(typed);
    setWrong(roomId === null);
    if (roomId !== null) navigate(roomPath(roomId));
  }

  return (
    <Stack
      component="form"
      onSubmit={submit}
      direction={{ xs: "column", sm: "row" }}
      spacing={1}
      sx={{ alignItems: { sm: "flex-start" } }}
    >
      <TextField
        fullWidth
        size="small"
        label="Link or id of a room"
        value={typed}
        error={isWrong}
        helperText={isWrong ? "This is neither a link nor an id of a room." : ""}
        onChange={(event) => {
          setTyped(event.target.value);
          setWrong(false);
        }}
        slotProps={{ htmlInput: { "data-testid": "join-reference" } }}
      />
      <Button
        type="submit"
        variant="outlined"
        data-testid="join-submit"
        disabled={typed.trim() === ""}
      >
        Join
      </Button>
    </Stack>
  );
}
