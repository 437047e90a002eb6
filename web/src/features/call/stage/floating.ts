/** A window that stays above others: a page of our own where the browser has that, else a video. */

export type FloatingWay = "document" | "video";

/** Document Picture-in-Picture (WICG), which TypeScript's DOM does not know yet. */
interface DocumentPictureInPicture {
  readonly window: Window | null;
  requestWindow(options: { readonly width: number; readonly height: number }): Promise<Window>;
}

declare global {
  interface Window {
    readonly documentPictureInPicture?: DocumentPictureInPicture;
  }
}

/** Null where the browser can do neither. */
export function floatingWay(): FloatingWay | null {
  if (window.documentPictureInPicture !== undefined) return "document";
  return document.pictureInPictureEnabled === true ? "video" : null;
}

export async function openWindow(): Promise<Window | null> {
  const opened = await window.documentPictureInPicture?.requestWindow({ width: 400, height: 260 });
  return opened ?? null;
}

/** Needs a click that was not long ago. Whoever takes it gives it back to `forgetVideo`. */
export async function floatVideo(track: MediaStreamTrack): Promise<HTMLVideoElement> {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  // In the document and about as large as the window, for its size to be asked for.
  video.ariaHidden = "true";
  Object.assign(video.style, SAME_SIZE);
  document.body.append(video);
  try {
    await video.play();
    await video.requestPictureInPicture();
  } catch (refused) {
    forgetVideo(video);
    throw refused;
  }
  return video;
}

export function forgetVideo(video: HTMLVideoElement): void {
  video.srcObject = null;
  video.remove();
}

const SAME_SIZE: Partial<CSSStyleDeclaration> = {
  position: "fixed",
  inset: "0 auto auto 0",
  width: "400px",
  height: "225px",
  visibility: "hidden",
  pointerEvents: "none",
};
