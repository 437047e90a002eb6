/** The door of a room: see and hear yourself before the others do. */
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { type FormEvent, useEffect, useState } from "react";
import { Link } from "react-router";
import { useStore } from "zustand";
import { joinRoom } from "../../api/rooms";
import { Logo } from "../../app/Logo";
import type { Room } from "../../protocol/rest";
import { useUser } from "../auth/AuthContext";
import { PasswordField } from "../auth/PasswordField";
import { DeviceChoice } from "../media/DeviceChoice";
import type { LocalMedia } from "../media/LocalMedia";
import { CameraPreview } from "./CameraPreview";
import { ConnectionTest } from "./connection/ConnectionTest";
import { needsPassword, type Refusal, refusalOf } from "./entry";

interface PreJoinProps {
  readonly room: Room;
  readonly media: LocalMedia;
  readonly onJoin: (room: Room) => void;
}

export function PreJoin({ room, media, onJoin }: PreJoinProps) {
  const { userId } = useUser();
  const { problem } = useStore(media.store);
  const [password, setPassword] = useState("");
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [isBusy, setBusy] = useState(false);
  const asksPassword = needsPassword(room, userId) || refusal?.kind === "password";

  useEffect(() => void media.startAsRemembered(), [media]);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setRefusal(null);
    try {
      const { room: entered } = await joinRoom(room.roomId, password === "" ? undefined : password);
      onJoin(entered);
    } catch (thrown) {
      setRefusal(refusalOf(thrown));
      setBusy(false);
    }
  }

  return (
    <Box sx={{ minHeight: "100dvh", display: "flex", flexDirection: "column" }}>
      <Box component="header" sx={{ p: 2 }}>
        <Link
          to="/home"
          aria-label="Back to home"
          style={{ display: "flex", textDecoration: "none" }}
        >
          <Logo />
        </Link>
      </Box>
      <Box component="main" sx={{ flex: 1, display: "grid", placeItems: "center", p: 2, pt: 0 }}>
        <Box
          sx={{
            width: "100%",
            maxWidth: 1040,
            display: "grid",
            gap: { xs: 2, md: 4 },
            gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "minmax(0, 1.35fr) minmax(0, 1fr)" },
            alignItems: "center",
          }}
        >
          <CameraPreview media={media} />
          <Card sx={{ p: { xs: 2.5, sm: 4 } }}>
            <Stack component="form" spacing={2.5} onSubmit={submit}>
              <Box>
                <Typography variant="h4" component="h1" sx={{ overflowWrap: "anywhere" }}>
                  {room.roomName}
                </Typography>
                <Typography sx={{ color: "text.secondary" }}>{whoIsThere(room)}</Typography>
              </Box>
              {problem !== null && <Alert severity="warning">{problem.message}</Alert>}
              <DeviceChoice media={media} />
              <ConnectionTest />
              {asksPassword && (
                <PasswordField
                  label="Password of the room"
                  autoComplete="off"
                  autoFocus
                  value={password}
                  error={refusal?.kind === "password"}
                  helperText={refusal?.kind === "password" ? refusal.message : ""}
                  onChange={(event) => setPassword(event.target.value)}
                />
              )}
              {refusal?.kind === "other" && <Alert severity="error">{refusal.message}</Alert>}
              <Button
                type="submit"
                variant="contained"
                size="large"
                loading={isBusy}
                data-testid="prejoin-join"
              >
                Join now
              </Button>
            </Stack>
          </Card>
        </Box>
      </Box>
    </Box>
  );
}

function whoIsThere({ present, hostName }: Room): string {
  const host = hostName === "" ? "" : `Hosted by ${hostName}. `;
  if (present.length === 0) return `${host}Nobody else is here yet.`;
  return `${host}${present.length === 1 ? "One person is" : `${present.length} people are`} here.`;
}
