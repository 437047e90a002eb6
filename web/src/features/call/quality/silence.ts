/** Notices who does not hear the other: a silent microphone, one that is muted, missing sound. Pure. */
import type { Sample } from "./samples";

export type MicrophoneHint = "silent" | "muted" | null;

export interface Listening {
  readonly hint: MicrophoneHint;
  /** Moments (ms): since when nothing at all, and until when something was heard. */
  readonly silentSince: number | null;
  readonly loudSince: number | null;
  readonly loudAt: number;
}

export const LISTENING: Listening = { hint: null, silentSince: null, loudSince: null, loudAt: 0 };

/** Even a quiet room is louder: this is a switch at the headset, or the wrong device. */
const NOTHING = 0.000_1;
const SILENT_MS = 10_000;
/** As loud as somebody who speaks, so long that it is a sentence and no cough. */
const SPEECH = 0.03;
const SENTENCE_MS = 900;
const PAUSE_MS = 700;
const MUTED_SHOWN_MS = 6_000;

/** What to say after this level (0 to 1) was measured; null: there is no microphone. */
export function hear(last: Listening, level: number | null, isOn: boolean, now: number): Listening {
  if (level === null) return LISTENING;
  if (isOn) {
    const silentSince = level > NOTHING ? null : (last.silentSince ?? now);
    const isSilent = silentSince !== null && now - silentSince >= SILENT_MS;
    return { ...LISTENING, hint: isSilent ? "silent" : null, silentSince };
  }
  const isLoud = level >= SPEECH;
  const loudAt = isLoud ? now : last.loudAt;
  const isPause = now - loudAt <= PAUSE_MS;
  const loudSince = isLoud || isPause ? (last.loudSince ?? (isLoud ? now : null)) : null;
  const isSpeech = isLoud && loudSince !== null && now - loudSince >= SENTENCE_MS;
  const isStillShown = last.hint === "muted" && now - loudAt < MUTED_SHOWN_MS;
  return {
    hint: isSpeech || isStillShown ? "muted" : null,
    silentSince: null,
    loudSince,
    loudAt,
  };
}

/** How often in a row no sound arrived from each peer that is not muted. */
export type Missing = ReadonlyMap<string, number>;

/** So many samples without a packet; silence, too, is sent in packets. */
const UNHEARD = 5;

export function missing(
  last: Missing,
  unmuted: readonly string[],
  samples: readonly Sample[],
): Missing {
  const heard = new Set(
    samples
      .filter(
        ({ kind, direction, bitrate }) => kind === "audio" && direction === "in" && bitrate > 0,
      )
      .map(({ peerId }) => peerId),
  );
  return new Map(unmuted.filter((id) => !heard.has(id)).map((id) => [id, (last.get(id) ?? 0) + 1]));
}

export function unheard(counts: Missing): ReadonlySet<string> {
  return new Set([...counts].filter(([, times]) => times >= UNHEARD).map(([peerId]) => peerId));
}
