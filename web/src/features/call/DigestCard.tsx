/** What one missed, for who comes late or comes back: quiet, and gone when it has been of use. */
import CloseRounded from "@mui/icons-material/CloseRounded";
import UpdateRounded from "@mui/icons-material/UpdateRounded";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { useEffect, useState } from "react";
import { useStore } from "zustand";
import { type Digest, inWords, readFrom } from "./digest";
import type { Missed } from "./Missed";

interface DigestCardProps {
  readonly missed: Missed;
  /** Opens the chat at this message. */
  readonly onRead: (seq: number) => void;
}

/** The region is there before the card is, or what it says would not be read out. */
export function DigestCard({ missed, onRead }: DigestCardProps) {
  const digest = useStore(missed.store, (state) => state.digest);
  return (
    <Box aria-live="polite">
      {digest !== null && (
        <Card
          key={`${digest.kind} ${digest.seconds}`}
          digest={digest}
          onRead={onRead}
          onDismiss={missed.dismiss}
        />
      )}
    </Box>
  );
}

interface CardProps {
  readonly digest: Digest;
  readonly onRead: (seq: number) => void;
  readonly onDismiss: () => void;
}

function Card({ digest, onRead, onDismiss }: CardProps) {
  const [isHeld, setHeld] = useState(false);
  const { title, facts } = inWords(digest);
  const seq = readFrom(digest);
  useEscape(onDismiss);
  useSeconds(SHOWN_SECONDS, { isPaused: isHeld, onOver: onDismiss });
  return (
    <Paper
      component="section"
      variant="outlined"
      aria-label="What you missed"
      data-testid="digest"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      sx={{
        display: "grid",
        gridTemplateColumns: { xs: "1fr auto", sm: "auto 1fr auto auto" },
        alignItems: "center",
        columnGap: 1.25,
        width: "fit-content",
        maxWidth: "min(1040px, calc(100% - 24px))",
        mx: "auto",
        mb: 1,
        pl: 2,
        pr: 0.5,
        py: 0.5,
        borderRadius: "18px",
      }}
    >
      <UpdateRounded
        aria-hidden
        sx={{ display: { xs: "none", sm: "block" }, color: "primary.main" }}
      />
      <Box sx={{ minWidth: 0, py: 0.5, overflowWrap: "anywhere" }}>
        <Typography sx={{ fontWeight: 600, fontSize: "0.94rem", lineHeight: 1.35 }}>
          {title}
        </Typography>
        {facts.length > 0 && (
          <Typography variant="body2" sx={{ color: "text.secondary" }}>
            {facts.map((fact, index) => (
              // A line ends between facts, where it can.
              <Box component="span" key={fact} sx={{ display: "inline-block", mr: 0.5 }}>
                {fact}
                {index < facts.length - 1 && " ·"}
              </Box>
            ))}
          </Typography>
        )}
      </Box>
      {seq !== null && (
        <Button
          size="small"
          onClick={() => onRead(seq)}
          data-testid="digest-read"
          sx={{
            gridRow: { xs: 2, sm: 1 },
            gridColumn: { xs: 1, sm: 3 },
            justifySelf: "start",
            // Its words stand under the others.
            ml: { xs: "-14px", sm: 0 },
          }}
        >
          {digest.chat?.firstNamingYou == null ? "Read the messages" : "See where you are named"}
        </Button>
      )}
      <IconButton
        aria-label="Dismiss"
        onClick={onDismiss}
        data-testid="digest-dismiss"
        sx={{ gridRow: 1, gridColumn: { xs: 2, sm: 4 }, alignSelf: "start" }}
      >
        <CloseRounded fontSize="small" />
      </IconButton>
    </Paper>
  );
}

/** Time to notice and read it without hurry; all of it can be found elsewhere in the call. */
const SHOWN_SECONDS = 60;

/** Counts seconds in which the page is seen, and none while it is paused. */
function useSeconds(
  seconds: number,
  { isPaused, onOver }: { readonly isPaused: boolean; readonly onOver: () => void },
): void {
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    if (isPaused) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") setLeft((now) => now - 1);
    }, 1_000);
    return () => clearInterval(timer);
  }, [isPaused]);
  useEffect(() => {
    if (left <= 0) onOver();
  }, [left, onOver]);
}

function useEscape(act: () => void): void {
  useEffect(() => {
    const onKeyDown = ({ key, defaultPrevented }: KeyboardEvent) => {
      if (key === "Escape" && !defaultPrevented) act();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [act]);
}
