/** What the screens of one call share, made when they appear and stopped when they go. */
import { useEffect, useState } from "react";
import type { CallSession } from "../CallSession";
import { MicrophoneWatch } from "../quality/MicrophoneWatch";
import { Quality } from "../quality/Quality";
import { Shown } from "./Shown";
import { StageChoice } from "./StageChoice";

export interface StageParts {
  readonly session: CallSession;
  readonly choice: StageChoice;
  readonly shown: Shown;
  readonly quality: Quality;
  readonly microphone: MicrophoneWatch;
}

export function useStageParts(session: CallSession): StageParts {
  const [parts] = useState(() => ({
    session,
    choice: new StageChoice(),
    shown: new Shown((heights) => session.show(heights)),
    quality: new Quality(session),
    microphone: new MicrophoneWatch(session.media),
  }));
  useEffect(() => {
    const { choice, shown, quality, microphone } = parts;
    const followVideo = () => shown.stopVideo(choice.store.getState().isVideoStopped);
    followVideo();
    const stops = [
      choice.store.subscribe(followVideo),
      choice.start(),
      shown.start(),
      quality.start(),
      microphone.start(),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [parts]);
  return parts;
}
