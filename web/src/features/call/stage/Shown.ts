/** Tells how high each picture is on the screen now, so that nothing larger is sent. */
import type { Heights } from "../transport";

export interface Picture {
  readonly peerId: string;
  readonly kind: "camera" | "screen";
}

/** A drag of the window's edge asks once, not sixty times a second. */
const SETTLE_MS = 200;
/** Cameras are 16:9; a tile that is not cuts the sides or the top. */
const CAMERA_SHAPE = 16 / 9;

export class Shown {
  readonly #pictures = new Map<Element, Picture>();
  readonly #sizes = new ResizeObserver(() => this.#later());
  /** Pictures in a window of their own are seen while the page is not. */
  readonly #floating = new Set<Element>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #told = "";
  #isVideoStopped = false;

  constructor(private readonly tell: (heights: Heights) => void) {}

  start(): () => void {
    const look = () => this.#later();
    document.addEventListener("visibilitychange", look);
    // Another screen, or another zoom, may have other pixels.
    addEventListener("resize", look);
    this.#later();
    return () => {
      document.removeEventListener("visibilitychange", look);
      removeEventListener("resize", look);
      clearTimeout(this.#timer);
      this.#sizes.disconnect();
    };
  }

  /** The element shows this picture, until the returned function is called. */
  place(element: Element, picture: Picture, options = { isFloating: false }): () => void {
    this.#pictures.set(element, picture);
    if (options.isFloating) this.#floating.add(element);
    this.#sizes.observe(element);
    this.#later();
    return () => {
      this.#pictures.delete(element);
      this.#floating.delete(element);
      this.#sizes.unobserve(element);
      this.#later();
    };
  }

  stopVideo(isStopped: boolean): void {
    this.#isVideoStopped = isStopped;
    this.#later();
  }

  /** Heights in device pixels by peer id; who is not shown is left out, which means 0. */
  heights(): Heights {
    const heights = new Map<string, { camera: number; screen: number }>();
    if (this.#isVideoStopped) return heights;
    for (const [element, { peerId, kind }] of this.#pictures) {
      const isSeen = document.visibilityState === "visible" || this.#floating.has(element);
      const height = isSeen || kind === "screen" ? neededHeight(element, kind) : 0;
      const known = heights.get(peerId) ?? { camera: 0, screen: 0 };
      heights.set(peerId, { ...known, [kind]: Math.max(known[kind], height) });
    }
    return heights;
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const heights = this.heights();
      const text = JSON.stringify([...heights]);
      if (text === this.#told) return;
      this.#told = text;
      this.tell(heights);
    }, SETTLE_MS);
  }
}

function neededHeight(element: Element, kind: Picture["kind"]): number {
  const { clientWidth, clientHeight } = element;
  // A camera covers its tile: a flat one shows only the middle of a picture as high as its width.
  const height =
    kind === "camera" ? Math.max(clientHeight, clientWidth / CAMERA_SHAPE) : clientHeight;
  return Math.round(height * devicePixelRatio);
}
