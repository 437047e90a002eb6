/** Which devices were used last, and whether they were on; remembered in this browser. */

export interface MediaPreferences {
  readonly cameraId: string | null;
  readonly microphoneId: string | null;
  readonly speakerId: string | null;
  readonly wantsCamera: boolean;
  readonly wantsMicrophone: boolean;
}

const KEY = "convo.media";
const DEFAULTS: MediaPreferences = {
  cameraId: null,
  microphoneId: null,
  speakerId: null,
  wantsCamera: true,
  wantsMicrophone: true,
};

export function readPreferences(): MediaPreferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as object) };
  } catch {
    // Somebody edited it by hand; the defaults are fine.
    return DEFAULTS;
  }
}

export function savePreferences(change: Partial<MediaPreferences>): void {
  localStorage.setItem(KEY, JSON.stringify({ ...readPreferences(), ...change }));
}
