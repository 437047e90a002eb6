/** Says so when live updates do not arrive; silent while all is well. */
import CloudOffRounded from "@mui/icons-material/CloudOffRounded";
import Chip from "@mui/material/Chip";
import { useCutOff } from "../realtime/useCutOff";

export function ConnectionState() {
  const isCutOff = useCutOff() !== null;
  return (
    <span role="status">
      {isCutOff && (
        <Chip
          size="small"
          color="warning"
          icon={<CloudOffRounded />}
          label="Reconnecting…"
          data-testid="connection-state"
        />
      )}
    </span>
  );
}
