/** Says so when live updates do not arrive; silent while all is well. */
import CloudOffRounded from "@mui/icons-material/CloudOffRounded";
import Chip from "@mui/material/Chip";
import { useIsCutOff } from "../realtime/useIsCutOff";

export function ConnectionState() {
  const isCutOff = useIsCutOff();
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
