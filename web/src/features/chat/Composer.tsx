/** Where a message is written: Enter sends, Shift+Enter starts a line. */
import SendRounded from "@mui/icons-material/SendRounded";
import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import InputBase from "@mui/material/InputBase";
import { type KeyboardEvent, useRef, useState } from "react";
import { EmojiPicker } from "./EmojiPicker";

interface ComposerProps {
  readonly onSend: (text: string) => void;
  readonly onTyping: () => void;
}

export const LONGEST_MESSAGE = 8_000;

export function Composer({ onSend, onTyping }: ComposerProps) {
  const [text, setText] = useState("");
  const input = useRef<HTMLTextAreaElement>(null);
  const isEmpty = text.trim() === "";

  function send() {
    if (isEmpty) return;
    onSend(text);
    setText("");
    input.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent) {
    // While an input method composes, Enter picks a candidate.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  }

  function insert(emoji: string) {
    const at = input.current?.selectionStart ?? text.length;
    setText(text.slice(0, at) + emoji + text.slice(input.current?.selectionEnd ?? at));
    input.current?.focus();
  }

  return (
    <Box
      component="form"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      sx={{
        display: "flex",
        alignItems: "flex-end",
        m: 1.5,
        mt: 0.5,
        p: 0.5,
        border: "1px solid",
        borderColor: "divider",
        borderRadius: "18px",
        bgcolor: "background.paper",
        "&:focus-within": { borderColor: "primary.main" },
      }}
    >
      <EmojiPicker onPick={insert} />
      <InputBase
        multiline
        maxRows={6}
        fullWidth
        placeholder="Write a message"
        inputRef={input}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          if (event.target.value.trim() !== "") onTyping();
        }}
        onKeyDown={onKeyDown}
        inputProps={{
          "aria-label": "Write a message",
          "data-testid": "chat-input",
          maxLength: LONGEST_MESSAGE,
        }}
        sx={{ py: 1.15, minWidth: 0 }}
      />
      <IconButton
        type="submit"
        color="primary"
        aria-label="Send"
        data-testid="chat-send"
        disabled={isEmpty}
      >
        <SendRounded />
      </IconButton>
    </Box>
  );
}
