/** While the space bar is held, somebody who is muted is heard. */
import { useEffect } from "react";
import type { LocalMedia } from "../media/LocalMedia";

export function usePushToTalk(media: LocalMedia): void {
  useEffect(() => {
    let isHeld = false;
    const release = () => {
      if (isHeld) void media.setMicrophone(false);
      isHeld = false;
    };
    const onKeyDown = (event: KeyboardEvent) => {
      const hasModifier = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
      if (event.key !== " " || hasModifier || isUsed(event.target)) return;
      event.preventDefault();
      if (event.repeat || isHeld || media.store.getState().isMicrophoneOn) return;
      isHeld = true;
      void media.setMicrophone(true);
    };
    const onKeyUp = (event: KeyboardEvent) => {
      if (event.key === " ") release();
    };
    addEventListener("keydown", onKeyDown);
    addEventListener("keyup", onKeyUp);
    // The key is let go where this page does not see it.
    addEventListener("blur", release);
    return () => {
      removeEventListener("keydown", onKeyDown);
      removeEventListener("keyup", onKeyUp);
      removeEventListener("blur", release);
      release();
    };
  }, [media]);
}

/** Where the space bar means something already: it presses buttons, types, scrolls. */
function isUsed(target: EventTarget | null): boolean {
  const uses =
    "button, a, input, textarea, select, aside, [role=dialog], [role=menu], [role=combobox]";
  return target instanceof Element && target.closest(uses) !== null;
}
