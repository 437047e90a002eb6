/** How this person wants to see the call; what is a habit is remembered in this browser. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Mode } from "./subjects";

interface Habits {
  readonly mode: Mode;
  /** The own picture is a small one in the corner instead of a tile like the others'. */
  readonly isSelfSmall: boolean;
  /** Only sound comes in, for a connection that carries no more. */
  readonly isVideoStopped: boolean;
}

export interface StageState extends Habits {
  /** Subject ids. */
  readonly pinned: string | null;
  readonly chosenScreen: string | null;
  /** Counts from 0. */
  readonly page: number;
  /** The whole stage, or the one subject that fills it. */
  readonly fullScreen: "stage" | { readonly only: string } | null;
}

const KEY = "convo.stage";
const DEFAULTS: Habits = { mode: "auto", isSelfSmall: false, isVideoStopped: false };

export class StageChoice {
  readonly store: StoreApi<StageState> = createStore<StageState>(() => ({
    ...readHabits(),
    pinned: null,
    chosenScreen: null,
    page: 0,
    fullScreen: null,
  }));

  /** Follow the browser out of full screen (Escape), until the returned function is called. */
  start(): () => void {
    const look = () => {
      if (document.fullscreenElement == null) this.store.setState({ fullScreen: null });
    };
    document.addEventListener("fullscreenchange", look);
    return () => {
      document.removeEventListener("fullscreenchange", look);
      void this.leaveFullScreen();
    };
  }

  chooseMode(mode: Mode): void {
    this.#keep({ mode });
    // Who asks for the grid wants to see everybody, not who was pinned before.
    this.store.setState({ page: 0, ...(mode === "grid" ? { pinned: null } : {}) });
  }

  /** Grid and speaker in turn, for one key. */
  nextMode(isGridShown: boolean): void {
    this.chooseMode(isGridShown ? "speaker" : "grid");
  }

  showSelfSmall(isSelfSmall: boolean): void {
    this.#keep({ isSelfSmall });
  }

  stopVideo(isVideoStopped: boolean): void {
    this.#keep({ isVideoStopped });
  }

  togglePin(id: string): void {
    const { pinned } = this.store.getState();
    this.store.setState({ pinned: pinned === id ? null : id, page: 0 });
  }

  chooseScreen(chosenScreen: string): void {
    this.store.setState({ chosenScreen, pinned: null });
  }

  turnTo(page: number): void {
    this.store.setState({ page: Math.max(0, page) });
  }

  /** The page of the browser fills the screen, so that menus and messages are still seen. */
  async fillScreen(what: NonNullable<StageState["fullScreen"]>): Promise<void> {
    try {
      // Undefined on phones that have no full screen at all.
      if (document.fullscreenElement == null) await document.documentElement.requestFullscreen();
    } catch {
      // Not possible, or not allowed in this frame: then it fills the page.
    }
    this.store.setState({ fullScreen: what });
  }

  async leaveFullScreen(): Promise<void> {
    this.store.setState({ fullScreen: null });
    if (document.fullscreenElement != null) await document.exitFullscreen();
  }

  #keep(change: Partial<Habits>): void {
    const { mode, isSelfSmall, isVideoStopped } = { ...this.store.getState(), ...change };
    localStorage.setItem(KEY, JSON.stringify({ mode, isSelfSmall, isVideoStopped }));
    this.store.setState(change);
  }
}

function readHabits(): Habits {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Habits>;
    const isKnown = kept.mode === "auto" || kept.mode === "grid" || kept.mode === "speaker";
    return {
      mode: isKnown ? kept.mode : DEFAULTS.mode,
      isSelfSmall: kept.isSelfSmall === true,
      isVideoStopped: kept.isVideoStopped === true,
    };
  } catch {
    // Somebody edited it by hand; the defaults are fine.
    return DEFAULTS;
  }
}
