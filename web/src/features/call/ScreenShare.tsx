/** A shared screen: whole and sharp, with a choice when several are shared. */
import Box from "@mui/material/Box";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useStore } from "zustand";
import { TrackVideo } from "../media/TrackVideo";
import { actionsOf, usePlaced } from "./stage/CameraTile";
import type { StageParts } from "./stage/parts";
import type { Subject } from "./stage/subjects";
import { TileMenu } from "./stage/TileMenu";

interface ScreenShareProps {
  readonly parts: StageParts;
  readonly subject: Subject;
  /** All that are shared now, this one among them. */
  readonly screens: readonly Subject[];
  /** Else it is one tile among others, with hardly room for a name. */
  readonly isLarge: boolean;
}

export function ScreenShare({ parts, subject, screens, isLarge }: ScreenShareProps) {
  const { session, choice } = parts;
  const { peerId, isOwn, name } = subject;
  const [isMenuOpen, showMenu] = useState(false);
  const own = useStore(session.media.store, ({ screen }) => screen);
  const theirs = useStore(session.store, ({ remotes }) => remotes.get(peerId)?.screen ?? null);
  const isPinned = useStore(choice.store, ({ pinned }) => pinned === subject.id);
  const isVideoStopped = useStore(choice.store, (state) => state.isVideoStopped);
  const placed = usePlaced(parts, subject);
  const track = isOwn ? own : theirs;
  const actions = actionsOf(subject, choice, { isPinned });
  return (
    <Box
      ref={isOwn ? undefined : placed}
      data-testid="screen-share"
      role="group"
      aria-label={isOwn ? "Your screen" : `Screen of ${name}`}
      sx={{
        position: "relative",
        width: "100%",
        height: "100%",
        borderRadius: "18px",
        overflow: "hidden",
        bgcolor: "#0a1110",
        color: "#ffffff",
      }}
    >
      {track === null || (isVideoStopped && !isOwn) ? (
        <Box sx={{ position: "absolute", inset: 0, display: "grid", placeItems: "center", p: 2 }}>
          <Typography sx={{ textAlign: "center" }}>Incoming video is turned off.</Typography>
        </Box>
      ) : (
        <TrackVideo track={track} fit="contain" label={`Screen of ${name}`} />
      )}
      <Box
        sx={{
          position: "absolute",
          bottom: 8,
          left: 8,
          right: 8,
          display: "flex",
          flexWrap: "wrap",
          alignItems: "center",
          gap: 1,
        }}
      >
        <Typography variant="body2" noWrap sx={{ ...PLATE, px: 1.25, py: 0.5, borderRadius: 99 }}>
          {caption(subject, isLarge)}
        </Typography>
        {isLarge && screens.length > 1 && (
          <ToggleButtonGroup
            exclusive
            size="small"
            value={subject.id}
            aria-label="Which screen is shown"
            onChange={(_, id: string | null) => id !== null && choice.chooseScreen(id)}
            sx={{ ...PLATE, borderRadius: 99, overflow: "hidden", maxWidth: "100%" }}
          >
            {screens.map((each) => (
              <ToggleButton key={each.id} value={each.id} sx={CHOICE}>
                {each.isOwn ? "Yours" : each.name}
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
        )}
      </Box>
      <TileMenu
        name={isOwn ? "your screen" : `the screen of ${name}`}
        actions={actions}
        isOpen={isMenuOpen}
        onOpen={showMenu}
      />
    </Box>
  );
}

function caption({ isOwn, name }: Subject, isLarge: boolean): string {
  if (!isLarge) return isOwn ? "Your screen" : `Screen of ${name}`;
  return isOwn ? "You share your screen" : `${name} shares a screen`;
}

const PLATE = { maxWidth: "100%", bgcolor: "rgba(8, 15, 14, .78)" } as const;
const CHOICE = {
  minHeight: 44,
  maxWidth: 160,
  px: 1.5,
  color: "#ffffff",
  border: 0,
  textTransform: "none",
  overflow: "hidden",
  "&.Mui-selected, &.Mui-selected:hover": { bgcolor: "#5fd0bc", color: "#04211c" },
} as const;
