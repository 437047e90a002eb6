/** Picture in picture: who speaks, in a small window above everything else. */
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { useToast } from "../../../app/ToastContext";
import type { CallView } from "../model";
import { FloatedVideo } from "./FloatedVideo";
import { FloatingCall } from "./FloatingCall";
import { floated } from "./floated";
import { floatingWay, floatVideo, forgetVideo, openWindow } from "./floating";
import type { StageParts } from "./parts";

export interface Floating {
  /** Null where the browser has no such window. */
  readonly toggle: (() => void) | null;
  readonly isOpen: boolean;
  /** To be rendered somewhere: its content appears in the window. */
  readonly portal: ReactNode;
}

export function useFloating(parts: StageParts, call: CallView | null): Floating {
  const [page, setPage] = useState<Window | null>(null);
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  const toast = useToast();
  const isOpen = page !== null || video !== null;

  const close = useCallback(() => {
    page?.close();
    if (video !== null && document.pictureInPictureElement === video) {
      void document.exitPictureInPicture();
    }
  }, [page, video]);
  useEffect(() => close, [close]);

  async function open() {
    if (call === null) return;
    try {
      if (floatingWay() === "document") {
        const opened = await openWindow();
        opened?.addEventListener("pagehide", () => setPage(null));
        setPage(opened);
        return;
      }
      const track = floated(parts, call).track;
      if (track === null) {
        toast("Nobody shows a picture right now.", "info");
        return;
      }
      const shown = await floatVideo(track);
      shown.addEventListener("leavepictureinpicture", () => {
        forgetVideo(shown);
        setVideo(null);
      });
      setVideo(shown);
    } catch {
      toast("The browser did not open the small window.", "error");
    }
  }

  return {
    toggle: floatingWay() === null ? null : () => (isOpen ? close() : void open()),
    isOpen,
    portal: call === null ? null : contentOf({ parts, call, page, video, close }),
  };
}

interface Opened {
  readonly parts: StageParts;
  readonly call: CallView;
  readonly page: Window | null;
  readonly video: HTMLVideoElement | null;
  readonly close: () => void;
}

function contentOf({ parts, call, page, video, close }: Opened): ReactNode {
  if (video !== null) return <FloatedVideo parts={parts} call={call} video={video} />;
  if (page === null) return null;
  const content = <FloatingCall parts={parts} call={call} onClose={close} />;
  return createPortal(content, page.document.body);
}
