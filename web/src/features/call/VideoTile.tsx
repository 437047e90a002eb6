/** One person in the call: their picture, name, and what keeps them from being heard or seen. */
import BackHandRounded from "@mui/icons-material/BackHandRounded";
import MicOffRounded from "@mui/icons-material/MicOffRounded";
import PushPinRounded from "@mui/icons-material/PushPinRounded";
import VolumeOffRounded from "@mui/icons-material/VolumeOffRounded";
import Box from "@mui/material/Box";
import CircularProgress from "@mui/material/CircularProgress";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { type KeyboardEvent, type RefCallback, useState } from "react";
import { TrackVideo } from "../media/TrackVideo";
import { PersonAvatar } from "../people/PersonAvatar";
import { ConnectionMark } from "./quality/ConnectionMark";
import type { Verdict } from "./quality/verdict";
import { type TileAction, TileMenu } from "./stage/TileMenu";

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
  readonly isPinned?: boolean;
  /** They are not muted, and yet nothing arrives. */
  readonly isUnheard?: boolean;
  /** What is wrong with the connection, in words. */
  readonly trouble?: string | null;
  readonly quality?: Verdict | null;
  readonly actions?: readonly TileAction[];
  /** Hears the element that shows the picture, while it does. */
  readonly placed?: RefCallback<HTMLElement>;
}

export function VideoTile(props: VideoTileProps) {
  const { testId, userId, name, camera, isSpeaking, trouble, actions = [], placed } = props;
  const [isMenuOpen, showMenu] = useState(false);

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey)
      return;
    const action = actions.find(({ key }) => key === event.key.toLowerCase());
    if (action !== undefined) action.act();
    else if (event.key === "Enter" && actions.length > 0) showMenu(true);
    else return;
    // The same key may mean something else for the whole call.
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <Box
      ref={placed}
      data-testid={testId}
      data-speaking={isSpeaking}
      role="group"
      aria-label={spoken(props)}
      tabIndex={actions.length > 0 ? 0 : undefined}
      onKeyDown={onKeyDown}
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
        "&:focus-visible": { outline: "3px solid", outlineColor: "primary.main", outlineOffset: 2 },
        // Where nothing hovers, what appears on hovering is always there.
        "@media (hover: hover)": {
          "& [data-tile-menu]": { opacity: isMenuOpen ? 1 : 0 },
          "&:hover [data-tile-menu], &:focus-within [data-tile-menu], &:focus [data-tile-menu]": {
            opacity: 1,
          },
        },
      }}
    >
      {camera === null ? (
        <Box sx={{ position: "absolute", inset: 0, display: "grid", placeItems: "center" }}>
          <Box sx={{ "& > *": { scale: "clamp(.5, calc(100cqmin / 220px), 1.6)" } }}>
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
          "@media (prefers-reduced-motion: reduce)": { transition: "none" },
          boxShadow: isSpeaking
            ? "inset 0 0 0 3px #5fd0bc"
            : "inset 0 0 0 1px rgba(255,255,255,.08)",
        }}
      />
      {trouble != null && <Trouble>{trouble}</Trouble>}
      <NamePlate {...props} />
      {props.isHandRaised && <RaisedHand />}
      {actions.length > 0 && (
        <TileMenu name={name} actions={actions} isOpen={isMenuOpen} onOpen={showMenu} />
      )}
    </Box>
  );
}

/** What a screen reader says of the tile: the name, and what is seen on it. */
function spoken({ name, isPinned, isUnheard, quality }: VideoTileProps): string {
  return [
    name,
    isPinned ? "pinned" : null,
    isUnheard ? "no sound arrives" : null,
    quality == null || quality.level === "good" ? null : quality.words,
  ]
    .filter((part) => part !== null)
    .join(", ");
}

function NamePlate({ name, isMuted, isPinned, isUnheard, quality, trouble }: VideoTileProps) {
  return (
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
        "& svg": { flexShrink: 0 },
      }}
    >
      {isPinned && <PushPinRounded titleAccess="Pinned" sx={{ fontSize: 16, color: "#8ee3d3" }} />}
      {isMuted && <MicOffRounded titleAccess="Muted" sx={{ fontSize: 17, color: "#ff9b8f" }} />}
      {isUnheard && !isMuted && trouble == null && (
        <Tooltip title="They are not muted, but no sound arrives.">
          <VolumeOffRounded
            titleAccess="No sound arrives"
            sx={{ fontSize: 17, color: "#f2c062" }}
          />
        </Tooltip>
      )}
      <Typography variant="body2" noWrap sx={{ fontWeight: 550, fontSize: "0.82rem" }}>
        {name}
      </Typography>
      {quality != null && trouble == null && <ConnectionMark verdict={quality} />}
    </Box>
  );
}

function RaisedHand() {
  return (
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
  );
}

function Trouble({ children }: { readonly children: string }) {
  return (
    <Box
      role="status"
      sx={{
        position: "absolute",
        inset: 0,
        display: "grid",
        placeContent: "center",
        justifyItems: "center",
        gap: 1,
        pb: 3,
        bgcolor: "rgba(8, 15, 14, .66)",
      }}
    >
      <CircularProgress size={26} color="inherit" aria-hidden />
      <Typography variant="body2">{children}</Typography>
    </Box>
  );
}
