/** The tile of one person, kept in step with the call. */
import FullscreenRounded from "@mui/icons-material/FullscreenRounded";
import PictureInPictureAltRounded from "@mui/icons-material/PictureInPictureAltRounded";
import PushPinOutlined from "@mui/icons-material/PushPinOutlined";
import PushPinRounded from "@mui/icons-material/PushPinRounded";
import { useCallback } from "react";
import { useStore } from "zustand";
import type { Peer } from "../../../protocol/frames";
import { useUser } from "../../auth/AuthContext";
import type { CallView } from "../model";
import type { Connection } from "../transport";
import { VideoTile } from "../VideoTile";
import type { StageParts } from "./parts";
import type { StageChoice } from "./StageChoice";
import type { Subject } from "./subjects";
import type { TileAction } from "./TileMenu";

interface CameraTileProps {
  readonly parts: StageParts;
  readonly call: CallView;
  readonly subject: Subject;
  readonly picture: string | null;
}

export function CameraTile(props: CameraTileProps) {
  return props.subject.isOwn ? <OwnTile {...props} /> : <PeerTile {...props} />;
}

function PeerTile({ parts, call, subject, picture }: CameraTileProps) {
  const { session, choice, quality } = parts;
  const { peerId, name } = subject;
  const peer = call.peers.get(peerId);
  const camera = useStore(session.store, ({ remotes }) => remotes.get(peerId)?.camera ?? null);
  const connection = useStore(session.store, ({ remotes }) => remotes.get(peerId)?.connection);
  const isSpeaking = useStore(session.store, ({ speaking }) => speaking.has(peerId));
  const verdict = useStore(quality.store, ({ verdicts }) => verdicts.get(peerId) ?? null);
  const isUnheard = useStore(quality.store, ({ unheard }) => unheard.has(peerId));
  const isPinned = useStore(choice.store, ({ pinned }) => pinned === subject.id);
  const isVideoStopped = useStore(choice.store, (state) => state.isVideoStopped);
  const placed = usePlaced(parts, subject);
  if (peer === undefined) return null;
  return (
    <VideoTile
      testId={`tile-${peerId}`}
      userId={peer.userId}
      name={name}
      picture={picture}
      camera={peer.video && !isVideoStopped ? camera : null}
      isMuted={!peer.audio}
      isSpeaking={peer.audio && isSpeaking}
      isHandRaised={peer.handRaisedAt !== null}
      isPinned={isPinned}
      isUnheard={isUnheard}
      trouble={troubleWith(peer, connection)}
      quality={verdict}
      actions={actionsOf(subject, choice, { isPinned })}
      placed={placed}
    />
  );
}

function OwnTile({ parts, call, subject }: CameraTileProps) {
  const { session, choice, quality } = parts;
  const user = useUser();
  const { camera, isMicrophoneOn } = useStore(session.media.store);
  const isSpeaking = useStore(session.store, ({ speaking }) => speaking.has(call.ownPeerId));
  const verdict = useStore(quality.store, ({ verdicts }) => verdicts.get(call.ownPeerId) ?? null);
  const isPinned = useStore(choice.store, ({ pinned }) => pinned === subject.id);
  const isSelfSmall = useStore(choice.store, (state) => state.isSelfSmall);
  const own = call.peers.get(call.ownPeerId);
  const smaller: TileAction = {
    label: isSelfSmall ? "Show me like the others" : "Show me small",
    icon: <PictureInPictureAltRounded />,
    key: "s",
    act: () => choice.showSelfSmall(!isSelfSmall),
  };
  return (
    <VideoTile
      testId="local-tile"
      userId={user.userId}
      name="You"
      picture={user.profilePicture}
      camera={camera}
      isMirrored
      isMuted={!isMicrophoneOn}
      isSpeaking={isMicrophoneOn && isSpeaking}
      isHandRaised={(own?.handRaisedAt ?? null) !== null}
      isPinned={isPinned}
      quality={verdict}
      actions={[...actionsOf(subject, choice, { isPinned }), smaller]}
    />
  );
}

/** Pin and full screen, for whatever can be shown. */
export function actionsOf(
  { id }: Subject,
  choice: StageChoice,
  { isPinned }: { readonly isPinned: boolean },
): TileAction[] {
  return [
    {
      label: isPinned ? "Unpin" : "Pin",
      icon: isPinned ? <PushPinRounded /> : <PushPinOutlined />,
      key: "p",
      act: () => choice.togglePin(id),
    },
    {
      label: "Full screen",
      icon: <FullscreenRounded />,
      key: "f",
      act: () => void choice.fillScreen({ only: id }),
    },
  ];
}

/** A ref for the element that shows the subject: how large it is decides what is sent. */
export function usePlaced(
  { shown }: StageParts,
  { peerId, kind }: Subject,
  options?: { readonly isFloating: boolean },
) {
  return useCallback(
    (element: HTMLElement | null) =>
      element === null ? undefined : shown.place(element, { peerId, kind }, options),
    [shown, peerId, kind, options],
  );
}

function troubleWith(peer: Peer, connection: Connection | undefined): string | null {
  if (connection === "connected") return null;
  if (peer.state === "reconnecting" || connection === "interrupted") return "Reconnecting…";
  return "Connecting…";
}
