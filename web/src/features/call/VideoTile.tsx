/** One person in the call: their picture, name, and what keeps them from being heard or seen. */
import BackHandRounded from "@mui/icons-material/BackHandRounded";
import MicOffRounded from "@mui/icons-material/MicOffRounded";
import Box from "@mui/material/Box";
import CircularProgress from "@mui/material/CircularProgress";
import Typography from "@mui/material/Typography";
import { TrackVideo } from "../media/TrackVideo";
import { PersonAvatar } from "../people/PersonAvatar";

export interface VideoTileProps {
  readonly testId: string;
  readonly userId: string;
  readonly name: string;
  readonly picture: string | null;
  readonly camera: MediaStreamTrack | null;
  readonly isMuted: boolean;
  readonly isSpeaking: boolean;
  readonly isHandRaised: boolean;
  readonly isMirrored?: boolean;
  /** What is wrong with the connection, in words. */
  readonly trouble?: string | null;
}

export function VideoTile(props: VideoTileProps) {
  const { testId, userId, name, camera, isMuted, isSpeaking, isHandRaised, trouble } = props;
  return (
    <Box
      data-testid={testId}
      data-speaking={isSpeaking}
      role="group"
      aria-label={name}
      sx={{
        position: "relative",
        width: "100%",
        height: "100%",
        overflow: "hidden",
        borderRadius: "18px",
        // Dark in both themes: pictures are judged against it.
        bgcolor: "#1d2a28",
        color: "#ffffff",
        containerType: "size",
      }}
    >
      {camera === null ? (
        <Box sx={{ position: "absolute", inset: 0, display: "grid", placeItems: "center" }}>
          <Box sx={{ "& > *": { scale: "min(1, calc(100cqmin / 200px))" } }}>
            <PersonAvatar userId={userId} name={name} picture={props.picture} size={96} />
          </Box>
        </Box>
      ) : (
        <TrackVideo
          track={camera}
          isMirrored={props.isMirrored ?? false}
          label={`Camera of ${name}`}
        />
      )}
      <Box
        aria-hidden
        sx={{
          position: "absolute",
          inset: 0,
          borderRadius: "inherit",
          pointerEvents: "none",
          transition: "box-shadow 160ms",
          boxShadow: isSpeaking
            ? "inset 0 0 0 3px #5fd0bc"
            : "inset 0 0 0 1px rgba(255,255,255,.08)",
        }}
      />
      <Box
        sx={{
          position: "absolute",
          left: 8,
          bottom: 8,
          maxWidth: "calc(100% - 16px)",
          display: "flex",
          alignItems: "center",
          gap: 0.75,
          px: 1.1,
          py: 0.4,
          borderRadius: 99,
          bgcolor: "rgba(8, 15, 14, .72)",
        }}
      >
        {isMuted && <MicOffRounded titleAccess="Muted" sx={{ fontSize: 17, color: "#ff9b8f" }} />}
        <Typography variant="body2" noWrap sx={{ fontWeight: 550, fontSize: "0.82rem" }}>
          {name}
        </Typography>
      </Box>
      {isHandRaised && (
        <Box
          sx={{
            position: "absolute",
            top: 8,
            left: 8,
            display: "grid",
            placeItems: "center",
            width: 34,
            height: 34,
            borderRadius: 99,
            bgcolor: "#f2c062",
            color: "#2b1d00",
          }}
        >
          <BackHandRounded titleAccess="Hand raised" sx={{ fontSize: 19 }} />
        </Box>
      )}
      {trouble != null && (
        <Box
          role="status"
          sx={{
            position: "absolute",
            inset: 0,
            display: "grid",
            placeContent: "center",
            justifyItems: "center",
            gap: 1,
            bgcolor: "rgba(8, 15, 14, .66)",
          }}
        >
          <CircularProgress size={26} color="inherit" />
          <Typography variant="body2">{trouble}</Typography>
        </Box>
      )}
    </Box>
  );
}
