/** Tries, before joining, the ways a call may take, and says which of them this network allows. */
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useEffect, useRef, useState } from "react";
import { getIceServers } from "../../../api/signaling";
import { attempt } from "./attempt";
import {
  IN_WORDS,
  NAMES,
  type Outcome,
  type Outcomes,
  serversOf,
  UNTRIED,
  verdictOn,
  WAYS,
  type Way,
} from "./ways";

interface ConnectionTestProps {
  readonly tries?: (way: Way, servers: RTCIceServer[]) => Promise<boolean>;
}

export function ConnectionTest({ tries = attempt }: ConnectionTestProps) {
  const [outcomes, setOutcomes] = useState<Outcomes | null>(null);
  const [servers, setServers] = useState<readonly RTCIceServer[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const isGone = useRef(false);

  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
    };
  }, []);

  const verdict = outcomes === null ? null : verdictOn(outcomes, servers);
  const isBusy = outcomes !== null && verdict === null && problem === null;

  async function test() {
    setProblem(null);
    setOutcomes(UNTRIED);
    try {
      const { iceServers } = await getIceServers();
      setServers(iceServers);
      await tryAll(iceServers);
    } catch {
      setOutcomes(null);
      setProblem("The test could not be started. Check that you are online, then try again.");
    }
  }

  async function tryAll(offered: readonly RTCIceServer[]) {
    const note = (way: Way, outcome: Outcome) =>
      setOutcomes((before) => ({ ...(before ?? UNTRIED), [way]: outcome }));
    // One after the other: a relay gives each person only so many ways at a time.
    for (const way of WAYS) {
      if (isGone.current) return;
      const own = serversOf(way, offered);
      if (way !== "direct" && own.length === 0) {
        note(way, "absent");
        continue;
      }
      note(way, "trying");
      note(way, (await tries(way, own)) ? "works" : "blocked");
    }
  }

  return (
    <Box>
      <Button
        type="button"
        size="small"
        loading={isBusy}
        data-testid="connection-test"
        onClick={() => void test()}
      >
        Test connection
      </Button>
      <Box role="status" data-testid="connection-result">
        {outcomes !== null && (
          <Box component="ul" sx={{ m: 0, pl: 2.5 }}>
            {WAYS.map((way) => (
              <Typography key={way} component="li" variant="body2">
                {NAMES[way]}: {IN_WORDS[outcomes[way]]}
              </Typography>
            ))}
          </Box>
        )}
        {verdict !== null && (
          <Alert severity={verdict.severity} role="none" sx={{ mt: 1 }}>
            {verdict.text}
          </Alert>
        )}
        {problem !== null && (
          <Alert severity="error" role="none" sx={{ mt: 1 }}>
            {problem}
          </Alert>
        )}
      </Box>
    </Box>
  );
}
