/** Your own picture and voice, with the two switches that matter. */
import MicOffRounded from "@mui/icons-material/MicOffRounded";
import MicRounded from "@mui/icons-material/MicRounded";
import VideocamOffRounded from "@mui/icons-material/VideocamOffRounded";
import VideocamRounded from "@mui/icons-material/VideocamRounded";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useStore } from "zustand";
import { ControlButton } from "../call/ControlButton";
import { LevelMeter } from "../media/LevelMeter";
import type { LocalMedia } from "../media/LocalMedia";
import { TrackVideo } from "../media/TrackVideo";

export function CameraPreview({ media }: { readonly media: LocalMedia }) {
  const { camera, microphone, isMicrophoneOn } = useStore(media.store);
  return (
    <Box>
      <Box
        data-testid="camera-preview"
        sx={{
          position: "relative",
          aspectRatio: { xs: "4 / 3", sm: "16 / 10" },
          borderRadius: "22px",
          overflow: "hidden",
          bgcolor: "#1d2a28",
          color: "#ffffff",
        }}
      >
        {camera === null ? (
          <Box sx={{ position: "absolute", inset: 0, display: "grid", placeItems: "center" }}>
            <Typography>Your camera is off</Typography>
          </Box>
        ) : (
          <TrackVideo track={camera} isMirrored label="Your camera" />
        )}
        <Box
          sx={{
            position: "absolute",
            left: 0,
            right: 0,
            bottom: 0,
            p: 2,
            display: "flex",
            justifyContent: "center",
            gap: 1.5,
            background: "linear-gradient(transparent, rgba(8, 15, 14, .7))",
          }}
        >
          <ControlButton
            label={isMicrophoneOn ? "Mute" : "Unmute"}
            testId="prejoin-mic"
            tone={isMicrophoneOn ? "on" : "off"}
            isPressed={isMicrophoneOn}
            onClick={() => void media.setMicrophone(!isMicrophoneOn)}
            icon={isMicrophoneOn ? <MicRounded /> : <MicOffRounded />}
          />
          <ControlButton
            label={camera === null ? "Turn camera on" : "Turn camera off"}
            testId="prejoin-camera"
            tone={camera === null ? "off" : "on"}
            isPressed={camera !== null}
            onClick={() => void media.setCamera(camera === null)}
            icon={camera === null ? <VideocamOffRounded /> : <VideocamRounded />}
          />
        </Box>
      </Box>
      <Box sx={{ mt: 1.5, px: 1 }}>
        <LevelMeter track={isMicrophoneOn ? microphone : null} />
        <Typography variant="caption" sx={{ color: "text.secondary" }}>
          {isMicrophoneOn ? "Say something: the bar should move." : "You join muted."}
        </Typography>
      </Box>
    </Box>
  );
}
