/** The middle of the call: everybody's tiles, or a shared screen with the tiles beside it. */
import { useStore } from "zustand";
import type { Peer } from "../../protocol/frames";
import { useUser } from "../auth/AuthContext";
import { usePeople } from "../people/usePeople";
import type { CallSession } from "./CallSession";
import { type CallView, others } from "./model";
import { ScreenShare } from "./ScreenShare";
import type { RemoteMedia } from "./transport";
import { VideoGrid } from "./VideoGrid";
import { VideoTile } from "./VideoTile";

interface StageProps {
  readonly session: CallSession;
  readonly call: CallView;
}

export function Stage({ session, call }: StageProps) {
  const { remotes, speaking } = useStore(session.store);
  const media = useStore(session.media.store);
  const user = useUser();
  const peers = others(call);
  const people = usePeople(peers.map(({ userId }) => userId));
  const own = call.peers.get(call.ownPeerId);

  const tiles = peers.map((peer) => {
    const remote = remotes.get(peer.peerId);
    const person = people.get(peer.userId);
    return (
      <VideoTile
        key={peer.peerId}
        testId={`tile-${peer.peerId}`}
        userId={peer.userId}
        name={peer.displayName}
        picture={person?.profilePicture ?? null}
        camera={peer.video ? (remote?.camera ?? null) : null}
        isMuted={!peer.audio}
        isSpeaking={peer.audio && speaking.has(peer.peerId)}
        isHandRaised={peer.handRaisedAt !== null}
        trouble={troubleWith(peer, remote)}
      />
    );
  });
  tiles.push(
    <VideoTile
      key="own"
      testId="local-tile"
      userId={user.userId}
      name="You"
      picture={user.profilePicture}
      camera={media.camera}
      isMirrored
      isMuted={!media.isMicrophoneOn}
      isSpeaking={media.isMicrophoneOn && speaking.has(call.ownPeerId)}
      isHandRaised={(own?.handRaisedAt ?? null) !== null}
    />,
  );

  const sharing = peers.find(({ peerId, screen }) => screen && remotes.get(peerId)?.screen);
  const screen = sharing === undefined ? media.screen : remotes.get(sharing.peerId)?.screen;
  return screen ? (
    <ScreenShare track={screen} sharedBy={sharing?.displayName ?? "You"}>
      {tiles}
    </ScreenShare>
  ) : (
    <VideoGrid>{tiles}</VideoGrid>
  );
}

function troubleWith(peer: Peer, remote: RemoteMedia | undefined): string | null {
  if (remote?.connection === "connected") return null;
  if (peer.state === "reconnecting" || remote?.connection === "interrupted") return "Reconnecting…";
  return "Connecting…";
}
