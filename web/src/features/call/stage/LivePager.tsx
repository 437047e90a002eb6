/** The pager, which alone is drawn anew when somebody on another page begins to speak. */
import { useEffect } from "react";
import { useStore } from "zustand";
import { Pager } from "./Pager";
import type { PageOf } from "./pages";
import type { StageParts } from "./parts";

interface LivePagerProps {
  readonly parts: StageParts;
  readonly place: PageOf;
}

export function LivePager({ parts: { session, choice }, place }: LivePagerProps) {
  const speaking = useStore(session.store, (state) => state.speaking);
  const names = place.others.filter(({ peerId }) => speaking.has(peerId)).map(({ name }) => name);
  const { page, pages } = place;

  useEffect(() => {
    if (pages <= 1) return;
    const onKeyDown = (event: KeyboardEvent) => {
      const step = STEPS[event.key];
      const isTaken = event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey;
      if (step === undefined || isTaken || inScroller(event.target)) return;
      event.preventDefault();
      choice.turnTo(Math.min(pages - 1, page + step));
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [choice, page, pages]);

  return <Pager place={place} speaking={names} onTurn={(to) => choice.turnTo(to)} />;
}

const STEPS: Readonly<Record<string, number>> = { PageUp: -1, PageDown: 1 };

/** In the chat and in dialogs these keys scroll. */
function inScroller(target: EventTarget | null): boolean {
  return (
    target instanceof Element && target.closest("aside, [role=dialog], input, textarea") !== null
  );
}
