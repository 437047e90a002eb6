/** A round button of the call's bar. */
import Badge from "@mui/material/Badge";
import IconButton from "@mui/material/IconButton";
import type { SxProps, Theme } from "@mui/material/styles";
import Tooltip from "@mui/material/Tooltip";
import type { MouseEvent, ReactNode } from "react";

/** `off` warns that something is turned off, `on` marks what is going on. */
type Tone = "plain" | "off" | "on" | "end";

interface ControlButtonProps {
  readonly label: string;
  readonly shortcut?: string;
  readonly testId: string;
  readonly tone?: Tone;
  readonly isPressed?: boolean;
  readonly badge?: number;
  readonly icon: ReactNode;
  readonly onClick: (event: MouseEvent<HTMLElement>) => void;
  readonly sx?: SxProps<Theme>;
}

const COLOURS: Record<Tone, { bgcolor: string; color: string }> = {
  plain: { bgcolor: "action.selected", color: "text.primary" },
  off: { bgcolor: "error.main", color: "error.contrastText" },
  on: { bgcolor: "primary.main", color: "primary.contrastText" },
  end: { bgcolor: "#c62f24", color: "#ffffff" },
};

export function ControlButton(props: ControlButtonProps) {
  const {
    label,
    shortcut,
    testId,
    tone = "plain",
    isPressed,
    badge = 0,
    icon,
    onClick,
    sx,
  } = props;
  const colours = COLOURS[tone];
  return (
    <Tooltip title={shortcut === undefined ? label : `${label} (${shortcut})`}>
      <IconButton
        aria-label={label}
        aria-keyshortcuts={shortcut}
        aria-pressed={isPressed}
        data-testid={testId}
        onClick={onClick}
        sx={[
          {
            width: { xs: 46, sm: 52 },
            height: { xs: 46, sm: 52 },
            ...colours,
            "&:hover": { ...colours, filter: "brightness(1.12)" },
          },
          ...(Array.isArray(sx) ? sx : [sx]),
        ]}
      >
        <Badge badgeContent={badge} color="secondary" max={99}>
          {icon}
        </Badge>
      </IconButton>
    </Tooltip>
  );
}
