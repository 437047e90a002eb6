/** The middle of the call: everybody in a grid, or one of them or a screen large. */
import Box from "@mui/material/Box";
import { useStore } from "zustand";
import { usePeople } from "../people/usePeople";
import { type CallView, others } from "./model";
import { ScreenShare } from "./ScreenShare";
import { CameraTile } from "./stage/CameraTile";
import { FocusView } from "./stage/FocusView";
import type { StageParts } from "./stage/parts";
import { camerasOf, largeOf, type Subject, screensOf } from "./stage/subjects";
import { useKeptFocus } from "./stage/useKeptFocus";
import { useSpotlight } from "./stage/useSpotlight";
import { VideoGrid } from "./VideoGrid";

interface StageProps {
  readonly parts: StageParts;
  readonly call: CallView;
}

export function Stage({ parts, call }: StageProps) {
  const { session, choice } = parts;
  const state = useStore(choice.store);
  const remotes = useStore(session.store, (now) => now.remotes);
  const ownScreen = useStore(session.media.store, ({ screen }) => screen);
  const people = usePeople(others(call).map(({ userId }) => userId));
  const speaker = useSpotlight(session);
  useKeptFocus();

  const cameras = camerasOf(call);
  const screens = screensOf(call, remotes, ownScreen);
  const large = largeOf(cameras, screens, { ...state, speaker });
  // In a strip the own picture is small anyway.
  const isFloating = state.isSelfSmall && large === null && cameras.length > 1;
  const small = isFloating ? cameras.at(-1) : undefined;
  const only = [...cameras, ...screens].find(({ id }) => id === onlyOf(state.fullScreen));

  const render = (subject: Subject) =>
    subject.kind === "screen" ? (
      <ScreenShare
        parts={parts}
        subject={subject}
        screens={screens}
        isLarge={subject.id === (only ?? large)?.id}
      />
    ) : (
      <CameraTile
        parts={parts}
        call={call}
        subject={subject}
        picture={people.get(call.peers.get(subject.peerId)?.userId ?? "")?.profilePicture ?? null}
      />
    );

  if (only !== undefined) {
    return <FocusView parts={parts} large={only} rest={[]} page={0} render={render} />;
  }
  // Beside a screen the other screens are a choice on it and no tiles.
  const tiles = large?.kind === "screen" ? cameras : [...screens, ...cameras];
  const rest = tiles.filter(({ id }) => id !== large?.id && id !== small?.id);
  const { page } = state;
  return (
    <Box sx={{ position: "relative", flex: 1, minWidth: 0, minHeight: 0, display: "flex" }}>
      {large === null ? (
        <VideoGrid parts={parts} subjects={rest} page={page} render={render} />
      ) : (
        <FocusView parts={parts} large={large} rest={rest} page={page} render={render} />
      )}
      {small !== undefined && (
        <Box
          sx={{
            position: "absolute",
            right: 12,
            bottom: 12,
            width: { xs: 132, md: 200 },
            aspectRatio: "16 / 9",
            minHeight: 92,
            borderRadius: "18px",
            boxShadow: "0 6px 24px rgba(0, 0, 0, .45)",
          }}
        >
          {render(small)}
        </Box>
      )}
    </Box>
  );
}

function onlyOf(fullScreen: "stage" | { readonly only: string } | null): string | null {
  return fullScreen === null || fullScreen === "stage" ? null : fullScreen.only;
}
