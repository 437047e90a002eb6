/** A message on its way, or one that did not get through. */
import ScheduleRounded from "@mui/icons-material/ScheduleRounded";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { Bubble } from "./MessageBubbles";
import type { PendingMessage } from "./model";

interface PendingBubbleProps {
  readonly message: PendingMessage;
  readonly onRetry: () => void;
  readonly onDiscard: () => void;
}

export function PendingBubble({ message, onRetry, onDiscard }: PendingBubbleProps) {
  const isUnderWay = message.status === "sending" || message.status === "waiting";
  return (
    <Box sx={{ display: "flex", flexDirection: "column", alignItems: "flex-end", mb: 1 }}>
      <Box sx={{ opacity: 0.65, maxWidth: "82%" }}>
        <Bubble isOwn text={message.text} />
      </Box>
      {isUnderWay ? (
        <Typography
          variant="caption"
          data-testid="pending"
          sx={{ display: "flex", alignItems: "center", gap: 0.5, color: "text.secondary" }}
        >
          <ScheduleRounded aria-hidden sx={{ fontSize: 14 }} />
          {message.status === "sending" ? "Sending…" : "Sent when you are connected again"}
        </Typography>
      ) : (
        <Box
          role="alert"
          sx={{ display: "flex", alignItems: "center", flexWrap: "wrap", gap: 0.5 }}
        >
          <Typography variant="caption" color="error">
            Not sent. {message.reason}
          </Typography>
          <Button size="small" onClick={onRetry}>
            Retry
          </Button>
          <Button size="small" color="inherit" onClick={onDiscard}>
            Discard
          </Button>
        </Box>
      )}
    </Box>
  );
}
