/** The emoji people use in meetings; the system's own picker has the rest. */
import EmojiEmotionsRounded from "@mui/icons-material/EmojiEmotionsRounded";
import Box from "@mui/material/Box";
import ButtonBase from "@mui/material/ButtonBase";
import IconButton from "@mui/material/IconButton";
import Popover from "@mui/material/Popover";
import { useState } from "react";

const EMOJI = [
  ["👍", "thumbs up"],
  ["👎", "thumbs down"],
  ["👏", "clapping"],
  ["🙌", "raised hands"],
  ["🙏", "thank you"],
  ["👋", "wave"],
  ["👀", "eyes"],
  ["💪", "strong"],
  ["😀", "grin"],
  ["😂", "tears of joy"],
  ["🙂", "smile"],
  ["😉", "wink"],
  ["😍", "heart eyes"],
  ["🤔", "thinking"],
  ["😮", "surprised"],
  ["😢", "crying"],
  ["😅", "sweat"],
  ["🤯", "mind blown"],
  ["🥳", "party"],
  ["😎", "cool"],
  ["❤️", "heart"],
  ["🔥", "fire"],
  ["🎉", "celebration"],
  ["✅", "done"],
  ["❌", "no"],
  ["❓", "question"],
  ["💡", "idea"],
  ["🚀", "rocket"],
  ["☕", "coffee"],
  ["⏰", "alarm clock"],
] as const;

export function EmojiPicker({ onPick }: { readonly onPick: (emoji: string) => void }) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <IconButton aria-label="Emoji" onClick={(event) => setAnchor(event.currentTarget)}>
        <EmojiEmotionsRounded />
      </IconButton>
      <Popover
        open={anchor !== null}
        anchorEl={anchor}
        onClose={() => setAnchor(null)}
        anchorOrigin={{ vertical: "top", horizontal: "left" }}
        transformOrigin={{ vertical: "bottom", horizontal: "left" }}
      >
        <Box sx={{ display: "grid", gridTemplateColumns: "repeat(6, 44px)", p: 1 }}>
          {EMOJI.map(([emoji, name]) => (
            <ButtonBase
              key={emoji}
              aria-label={name}
              onClick={() => {
                setAnchor(null);
                onPick(emoji);
              }}
              sx={{
                height: 44,
                fontSize: 24,
                borderRadius: "10px",
                "&:hover": { bgcolor: "action.hover" },
              }}
            >
              {emoji}
            </ButtonBase>
          ))}
        </Box>
      </Popover>
    </>
  );
}
