/** The bar everybody looks for in a call. */
import BackHandRounded from "@mui/icons-material/BackHandRounded";
import CallEndRounded from "@mui/icons-material/CallEndRounded";
import ChatRounded from "@mui/icons-material/ChatRounded";
import GroupsRounded from "@mui/icons-material/GroupsRounded";
import KeyboardRounded from "@mui/icons-material/KeyboardRounded";
import MicOffRounded from "@mui/icons-material/MicOffRounded";
import MicRounded from "@mui/icons-material/MicRounded";
import PresentToAllRounded from "@mui/icons-material/PresentToAllRounded";
import TuneRounded from "@mui/icons-material/TuneRounded";
import VideocamOffRounded from "@mui/icons-material/VideocamOffRounded";
import VideocamRounded from "@mui/icons-material/VideocamRounded";
import Box from "@mui/material/Box";
import { useStore } from "zustand";
import { useUser } from "../auth/AuthContext";
import { unreadCount } from "../chat/model";
import type { CallSession } from "./CallSession";
import { ControlButton } from "./ControlButton";
import { LeaveButton } from "./LeaveButton";
import { MoreMenu } from "./MoreMenu";
import type { StageChoice } from "./stage/StageChoice";
import { ViewButton } from "./stage/ViewButton";

export type Panel = "chat" | "people";

interface CallControlsProps {
  readonly session: CallSession;
  readonly choice: StageChoice;
  /** Opens or closes the small window; null where the browser has none. */
  readonly floating: (() => void) | null;
  readonly panel: Panel | null;
  readonly isHost: boolean;
  readonly onPanel: (panel: Panel) => void;
  readonly onSettings: () => void;
  readonly onHelp: () => void;
}

const canShareScreen = () =>
  (navigator.mediaDevices as MediaDevices | undefined)?.getDisplayMedia !== undefined;

export function CallControls(props: CallControlsProps) {
  const { session, choice, floating, panel, isHost, onPanel, onSettings, onHelp } = props;
  const { media } = session;
  const { camera, screen, isMicrophoneOn } = useStore(media.store);
  const call = useStore(session.store, (state) => state.call);
  const { userId } = useUser();
  const unread = useStore(session.chat.store, (chat) => unreadCount(chat, userId));
  const isHandRaised = (call?.peers.get(call.ownPeerId)?.handRaisedAt ?? null) !== null;
  const wide = { display: { xs: "none", sm: "inline-flex" } };
  const peopleHere = call?.peers.size ?? 1;

  return (
    <Box
      role="toolbar"
      aria-label="Call"
      sx={{
        display: "flex",
        justifyContent: "center",
        alignItems: "center",
        gap: { xs: 0.75, sm: 1.25 },
        px: 1,
        pt: 1,
        pb: "calc(12px + env(safe-area-inset-bottom))",
      }}
    >
      <ControlButton
        label={isMicrophoneOn ? "Mute" : "Unmute"}
        shortcut="M"
        testId="control-mic"
        tone={isMicrophoneOn ? "plain" : "off"}
        isPressed={isMicrophoneOn}
        onClick={() => void media.setMicrophone(!isMicrophoneOn)}
        icon={isMicrophoneOn ? <MicRounded /> : <MicOffRounded />}
      />
      <ControlButton
        label={camera === null ? "Turn camera on" : "Turn camera off"}
        shortcut="V"
        testId="control-camera"
        tone={camera === null ? "off" : "plain"}
        isPressed={camera !== null}
        onClick={() => void media.setCamera(camera === null)}
        icon={camera === null ? <VideocamOffRounded /> : <VideocamRounded />}
      />
      {canShareScreen() && (
        <ControlButton
          label={screen === null ? "Share your screen" : "Stop sharing"}
          testId="control-screen"
          tone={screen === null ? "plain" : "on"}
          isPressed={screen !== null}
          onClick={() => void media.setScreen(screen === null)}
          icon={<PresentToAllRounded />}
        />
      )}
      <ControlButton
        label={isHandRaised ? "Lower your hand" : "Raise your hand"}
        shortcut="H"
        testId="control-hand"
        tone={isHandRaised ? "on" : "plain"}
        isPressed={isHandRaised}
        onClick={() => session.toggleHand()}
        icon={<BackHandRounded />}
        sx={wide}
      />
      <ControlButton
        label={panel === "chat" ? "Close the chat" : "Open the chat"}
        shortcut="C"
        testId="control-chat"
        tone={panel === "chat" ? "on" : "plain"}
        isPressed={panel === "chat"}
        badge={panel === "chat" ? 0 : unread}
        onClick={() => onPanel("chat")}
        icon={<ChatRounded />}
      />
      <ControlButton
        label={`Participants: ${peopleHere}`}
        testId="control-people"
        tone={panel === "people" ? "on" : "plain"}
        isPressed={panel === "people"}
        onClick={() => onPanel("people")}
        icon={<GroupsRounded />}
        sx={wide}
      />
      <ControlButton
        label="Devices"
        testId="control-settings"
        onClick={onSettings}
        icon={<TuneRounded />}
        sx={wide}
      />
      <ViewButton choice={choice} floating={floating} sx={wide} />
      <ControlButton
        label="Keyboard shortcuts"
        shortcut="?"
        testId="control-help"
        onClick={onHelp}
        icon={<KeyboardRounded />}
        sx={{ display: { xs: "none", md: "inline-flex" } }}
      />
      <MoreMenu
        choice={choice}
        floating={floating}
        isHandRaised={isHandRaised}
        peopleHere={peopleHere}
        onHand={() => session.toggleHand()}
        onPeople={() => onPanel("people")}
        onSettings={onSettings}
      />
      <LeaveButton session={session} isHost={isHost} icon={<CallEndRounded />} />
    </Box>
  );
}
