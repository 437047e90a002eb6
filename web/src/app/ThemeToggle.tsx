/** Light, dark, or what the system says; MUI keeps the choice in localStorage. */
import BrightnessAutoRounded from "@mui/icons-material/BrightnessAutoRounded";
import DarkModeRounded from "@mui/icons-material/DarkModeRounded";
import LightModeRounded from "@mui/icons-material/LightModeRounded";
import IconButton from "@mui/material/IconButton";
import { useColorScheme } from "@mui/material/styles";
import Tooltip from "@mui/material/Tooltip";

const NEXT = { system: "light", light: "dark", dark: "system" } as const;
const ICON = { system: BrightnessAutoRounded, light: LightModeRounded, dark: DarkModeRounded };
const NAME = { system: "as the system", light: "light", dark: "dark" };

export function ThemeToggle() {
  const { mode = "system", setMode } = useColorScheme();
  const Icon = ICON[mode];
  const label = `Theme: ${NAME[mode]}. Switch to ${NAME[NEXT[mode]]}.`;
  return (
    <Tooltip title={label}>
      <IconButton aria-label={label} onClick={() => setMode(NEXT[mode])}>
        <Icon />
      </IconButton>
    </Tooltip>
  );
}
