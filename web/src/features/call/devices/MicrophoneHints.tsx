/** Says when the others cannot hear what this person says. */
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useState } from "react";
import { useStore } from "zustand";
import type { StageParts } from "../stage/parts";

interface MicrophoneHintsProps {
  readonly parts: StageParts;
  readonly onDevices: () => void;
}

export function MicrophoneHints({ parts, onDevices }: MicrophoneHintsProps) {
  const { session, microphone } = parts;
  const { hint } = useStore(microphone.store);
  const track = useStore(session.media.store, (state) => state.microphone);
  const [dismissed, dismiss] = useState<MediaStreamTrack | null | undefined>(undefined);
  const isTold = hint === "muted" || (hint === "silent" && dismissed !== track);
  return (
    // There before it says something, or a screen reader would not read it out.
    <Box role="status" sx={{ position: "relative", mx: 1.5 }}>
      {isTold && (
        <Alert
          // Read out once, by the box around it.
          role="group"
          severity="warning"
          variant="filled"
          data-testid={`hint-${hint}`}
          {...(hint === "silent" ? { onClose: () => dismiss(track) } : {})}
          action={
            hint === "muted" ? (
              <Button
                color="inherit"
                size="small"
                onClick={() => void session.media.setMicrophone(true)}
              >
                Unmute
              </Button>
            ) : (
              <>
                <Button color="inherit" size="small" onClick={onDevices}>
                  Devices
                </Button>
                <Button color="inherit" size="small" onClick={() => dismiss(track)}>
                  Dismiss
                </Button>
              </>
            )
          }
          sx={{
            position: "absolute",
            bottom: 4,
            left: 0,
            right: 0,
            mx: "auto",
            maxWidth: 560,
            zIndex: 3,
          }}
        >
          {hint === "muted"
            ? "You are muted: the others do not hear you."
            : "Your microphone is on, but no sound comes from it. Is it switched off at the device?"}
        </Alert>
      )}
    </Box>
  );
}
