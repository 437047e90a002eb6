/** What one person said in one go: name and time once, then their messages. */
import Box from "@mui/material/Box";
import MuiLink from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import type { Person } from "../../protocol/rest";
import { PersonAvatar } from "../people/PersonAvatar";
import { splitLinks } from "./links";
import type { MessageGroup } from "./model";

interface MessageBubblesProps {
  readonly group: MessageGroup;
  readonly person: Person | undefined;
  readonly isOwn: boolean;
}

export function MessageBubbles({ group, person, isOwn }: MessageBubblesProps) {
  const name = person?.fullName || group.senderName || person?.username || "Somebody";
  return (
    <Box
      sx={{ display: "flex", gap: 1.25, mb: 1.75, flexDirection: isOwn ? "row-reverse" : "row" }}
    >
      {!isOwn && (
        <PersonAvatar
          userId={group.sender}
          name={name}
          picture={person?.profilePicture ?? null}
          size={32}
        />
      )}
      <Box
        sx={{
          minWidth: 0,
          maxWidth: "82%",
          display: "flex",
          flexDirection: "column",
          alignItems: isOwn ? "flex-end" : "flex-start",
        }}
      >
        <Typography variant="caption" sx={{ color: "text.secondary", mb: 0.25 }}>
          <Box component="span" sx={{ fontWeight: 650, color: "text.primary" }}>
            {isOwn ? "You" : name}
          </Box>{" "}
          · {clock(group.messages[0]?.timestamp ?? "")}
        </Typography>
        {group.messages.map((message) => (
          <Bubble key={message.seq} seq={message.seq} isOwn={isOwn} text={message.message} />
        ))}
      </Box>
    </Box>
  );
}

interface BubbleProps {
  readonly text: string;
  readonly isOwn: boolean;
  /** Not there before the message is stored. */
  readonly seq?: number;
}

export function Bubble({ text, isOwn, seq }: BubbleProps) {
  return (
    <Box
      data-testid="chat-message"
      data-seq={seq}
      sx={{
        px: 1.5,
        py: 0.9,
        mb: 0.5,
        borderRadius: "14px",
        maxWidth: "100%",
        whiteSpace: "pre-wrap",
        overflowWrap: "anywhere",
        fontSize: "0.94rem",
        lineHeight: 1.45,
        bgcolor: isOwn ? "primary.main" : "action.hover",
        color: isOwn ? "primary.contrastText" : "text.primary",
        "&:focus": { outline: "2px solid", outlineColor: "primary.main", outlineOffset: "2px" },
      }}
    >
      {splitLinks(text).map(({ text: part, href }, index) =>
        href === null ? (
          part
        ) : (
          <MuiLink
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a message never move
            key={index}
            href={href}
            target="_blank"
            rel="noopener noreferrer nofollow"
            color="inherit"
          >
            {part}
          </MuiLink>
        ),
      )}
    </Box>
  );
}

function clock(timestamp: string): string {
  return new Date(timestamp).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
}
