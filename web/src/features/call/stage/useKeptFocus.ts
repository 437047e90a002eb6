/** Keeps the focus at a subject whose tile is made anew in another place, as by a pin. */
import { useEffect, useLayoutEffect, useRef } from "react";

/** Tiles are found by `data-subject`, which the element around each of them has. */
export function useKeptFocus(): void {
  const subject = useRef<string | null>(null);

  useEffect(() => {
    const came = ({ target }: FocusEvent) => {
      // The menu of a tile belongs to it, wherever it is in the document.
      if (!(target instanceof Element) || target.closest("[role=menu]") !== null) return;
      subject.current = target.closest("[data-subject]")?.getAttribute("data-subject") ?? null;
    };
    const went = ({ target, relatedTarget }: FocusEvent) => {
      if (relatedTarget !== null) return;
      // Later, because an element that is taken out of the document loses the focus before.
      queueMicrotask(() => {
        if (target instanceof Element && target.isConnected && isNowhere()) subject.current = null;
      });
    };
    document.addEventListener("focusin", came);
    document.addEventListener("focusout", went);
    return () => {
      document.removeEventListener("focusin", came);
      document.removeEventListener("focusout", went);
    };
  }, []);

  useLayoutEffect(() => {
    if (subject.current === null || !isNowhere()) return;
    const tile = document.querySelector(`[data-subject="${subject.current}"]`);
    tile?.querySelector<HTMLElement>("[tabindex='0']")?.focus({ preventScroll: true });
  });
}

function isNowhere(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}
