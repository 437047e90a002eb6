/** Totals and days of the whole installation, for administrators. */
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Card from "@mui/material/Card";
import Skeleton from "@mui/material/Skeleton";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { getSummary } from "../../api/analytics";
import { inWords } from "../../api/problem";
import { Page } from "../../app/Page";
import type { AnalyticsSummary, DayCounts } from "../../protocol/rest";

const MEASURES: readonly (readonly [keyof DayCounts, string])[] = [
  ["users", "People"],
  ["rooms", "Rooms"],
  ["meetings", "Meetings"],
  ["messages", "Messages"],
];

export function AdminOverview() {
  const { data, error } = useQuery({
    queryKey: ["analytics", 30],
    queryFn: () => getSummary(30),
  });
  return (
    <Page title="Overview" lead="What happened on this server in the last 30 days.">
      {error !== null && <Alert severity="warning">{inWords(error)}</Alert>}
      {error === null && data === undefined && <Skeleton variant="rounded" height={240} />}
      {data !== undefined && <Figures summary={data} />}
    </Page>
  );
}

function Figures({ summary: { totals, days } }: { readonly summary: AnalyticsSummary }) {
  return (
    <>
      <Box
        sx={{
          display: "grid",
          gap: 2,
          gridTemplateColumns: "repeat(auto-fit, minmax(150px, 1fr))",
        }}
      >
        {MEASURES.map(([measure, name]) => (
          <Card key={measure} sx={{ p: 2.5 }}>
            <Typography sx={{ color: "text.secondary" }}>{name}</Typography>
            <Typography variant="h3" component="p">
              {totals[measure].toLocaleString()}
            </Typography>
            <Bars name={name} values={days.map((day) => day[measure])} />
          </Card>
        ))}
      </Box>
      <Card sx={{ mt: 2 }}>
        <TableContainer sx={{ maxHeight: 480 }}>
          <Table size="small" stickyHeader aria-label="Per day">
            <TableHead>
              <TableRow>
                <TableCell>Day</TableCell>
                {MEASURES.map(([measure, name]) => (
                  <TableCell key={measure} align="right">
                    {name}
                  </TableCell>
                ))}
              </TableRow>
            </TableHead>
            <TableBody>
              {[...days].reverse().map((day) => (
                <TableRow key={day.day}>
                  <TableCell sx={{ whiteSpace: "nowrap" }}>{day.day}</TableCell>
                  {MEASURES.map(([measure]) => (
                    <TableCell key={measure} align="right">
                      {day[measure]}
                    </TableCell>
                  ))}
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </TableContainer>
      </Card>
    </>
  );
}

function Bars({ name, values }: { readonly name: string; readonly values: readonly number[] }) {
  const most = Math.max(1, ...values);
  return (
    <Box
      role="img"
      aria-label={`${name} per day, at most ${most}`}
      sx={{ display: "flex", alignItems: "flex-end", gap: "2px", height: 44, mt: 1.5 }}
    >
      {values.map((value, index) => (
        <Box
          // biome-ignore lint/suspicious/noArrayIndexKey: days do not move
          key={index}
          style={{ height: `${Math.max(4, (value / most) * 100)}%` }}
          sx={{ flex: 1, borderRadius: "3px", bgcolor: value > 0 ? "primary.main" : "divider" }}
        />
      ))}
    </Box>
  );
}
