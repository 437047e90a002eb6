/** The call on the screen: stage, bar, and the panel for chat or participants. */
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useCallback, useEffect, useState } from "react";
import { useStore } from "zustand";
import { Loading } from "../../app/Centered";
import type { Room } from "../../protocol/rest";
import { CutOffWords } from "../../realtime/CutOffWords";
import { useCutOff } from "../../realtime/useCutOff";
import { TrackAudio } from "../media/TrackAudio";
import { CallControls, type Panel } from "./CallControls";
import { CallHeader } from "./CallHeader";
import type { CallSession } from "./CallSession";
import { DigestCard } from "./DigestCard";
import { Devices } from "./devices/Devices";
import { MicrophoneHints } from "./devices/MicrophoneHints";
import { useFallback } from "./devices/useFallback";
import { HelpDialog } from "./HelpDialog";
import { SidePanel } from "./SidePanel";
import { Stage } from "./Stage";
import { useShortcuts } from "./shortcuts";
import { useStageParts } from "./stage/parts";
import { useFloating } from "./stage/useFloating";
import { usePushToTalk } from "./usePushToTalk";

interface VideoCallProps {
  readonly session: CallSession;
  readonly room: Room;
}

export function VideoCall({ session, room }: VideoCallProps) {
  // Not the whole state: who speaks changes several times a second, and every tile is below this.
  const call = useStore(session.store, (state) => state.call);
  const remotes = useStore(session.store, (state) => state.remotes);
  const { problem, speakerId } = useStore(session.media.store);
  const [panel, setPanel] = useState<Panel | null>(null);
  const [dialog, setDialog] = useState<"devices" | "help" | null>(null);
  const [isSoundBlocked, setSoundBlocked] = useState(false);
  const onBlocked = useCallback(() => setSoundBlocked(true), []);
  const toggle = (which: Panel) => setPanel(panel === which ? null : which);
  const parts = useStageParts(session);
  const { choice, quality } = parts;
  const fullScreen = useStore(choice.store, (state) => state.fullScreen);
  const isRepairing = useStore(quality.store, (state) => state.isRepairing);
  const floating = useFloating(parts, call);
  useFallback(session.media);
  usePushToTalk(session.media);

  useShortcuts({
    m: () => {
      const { isMicrophoneOn } = session.media.store.getState();
      void session.media.setMicrophone(!isMicrophoneOn);
    },
    v: () => void session.media.setCamera(session.media.store.getState().camera === null),
    c: () => toggle("chat"),
    h: () => session.toggleHand(),
    g: () => choice.nextMode(document.querySelector("[data-testid=video-grid]") !== null),
    f: () => void (fullScreen === null ? choice.fillScreen("stage") : choice.leaveFullScreen()),
    "?": () => setDialog("help"),
  });

  // Who reads the chat needs no digest of it any more.
  useEffect(() => {
    if (panel === "chat") session.missed.dismiss();
  }, [session, panel]);

  function readFrom(seq: number) {
    void session.chat.reveal(seq);
    setPanel("chat");
  }

  function playSound() {
    setSoundBlocked(false);
    for (const audio of document.querySelectorAll<HTMLAudioElement>("audio[data-call-audio]")) {
      audio.play().catch(onBlocked);
    }
  }

  if (call === null) return <Loading label="Joining the call" />;
  return (
    <Box sx={{ height: "100dvh", display: "flex", flexDirection: "column", overflow: "hidden" }}>
      {fullScreen === null && (
        <CallHeader room={room} startedAt={call.startedAt} isRepairing={isRepairing} />
      )}
      <Reconnecting />
      {problem !== null && (
        <Alert
          severity="warning"
          onClose={() => session.media.forgetProblem()}
          sx={{ mx: 1.5, mb: 1 }}
        >
          {problem.message}
        </Alert>
      )}
      {isSoundBlocked && (
        <Alert
          severity="info"
          sx={{ mx: 1.5, mb: 1 }}
          action={
            <Button size="small" color="inherit" onClick={playSound}>
              Play sound
            </Button>
          }
        >
          Your browser waits for a click before it plays the others.
        </Alert>
      )}
      <DigestCard missed={session.missed} onRead={readFrom} />
      <Box component="main" sx={{ flex: 1, minHeight: 0, display: "flex", gap: 1.5, px: 1.5 }}>
        <Stage parts={parts} call={call} />
        <SidePanel
          panel={panel}
          session={session}
          call={call}
          room={room}
          onClose={() => setPanel(null)}
        />
      </Box>
      <MicrophoneHints parts={parts} onDevices={() => setDialog("devices")} />
      <CallControls
        session={session}
        choice={choice}
        floating={floating.toggle}
        panel={panel}
        isHost={room.role === "host"}
        onPanel={toggle}
        onSettings={() => setDialog("devices")}
        onHelp={() => setDialog("help")}
      />
      {[...remotes].map(
        ([peerId, { audio }]) =>
          audio !== null && (
            <TrackAudio key={peerId} track={audio} speakerId={speakerId} onBlocked={onBlocked} />
          ),
      )}
      {floating.portal}
      <Devices
        media={session.media}
        isOpen={dialog === "devices"}
        onClose={() => setDialog(null)}
      />
      <HelpDialog isOpen={dialog === "help"} onClose={() => setDialog(null)} />
    </Box>
  );
}

function Reconnecting() {
  const cutOff = useCutOff();
  if (cutOff === null) return null;
  return (
    <Alert severity="warning" role="status" data-testid="call-reconnecting" sx={{ mx: 1.5, mb: 1 }}>
      <CutOffWords cutOff={cutOff}>
        You can go on talking. Your messages are kept and will be sent.
      </CutOffWords>
    </Alert>
  );
}
