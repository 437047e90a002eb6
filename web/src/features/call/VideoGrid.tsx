/** Lays tiles out so that each gets as much of the stage as there is; turns pages when it is full. */
import Box from "@mui/material/Box";
import type { ReactNode } from "react";
import { GAP_PX, pagedGrid } from "./layout";
import { LivePager } from "./stage/LivePager";
import { pageOf } from "./stage/pages";
import type { StageParts } from "./stage/parts";
import type { Subject } from "./stage/subjects";
import { useSize } from "./stage/useSize";

interface VideoGridProps {
  readonly parts: StageParts;
  readonly subjects: readonly Subject[];
  readonly page: number;
  readonly render: (subject: Subject) => ReactNode;
}

export function VideoGrid({ parts, subjects, page, render }: VideoGridProps) {
  const [stage, { width, height }] = useSize<HTMLDivElement>();
  const grid = pagedGrid(subjects.length, width, height, subjects.at(-1)?.isOwn ? 1 : 0);
  const { columns, tileWidth, tileHeight } = grid;
  const place = pageOf(subjects, page, grid);
  return (
    <Box
      ref={stage}
      data-testid="video-grid"
      sx={{ flex: 1, minHeight: 0, minWidth: 0, display: "flex", flexDirection: "column" }}
    >
      <Box
        sx={{
          flex: 1,
          minHeight: 0,
          display: "flex",
          flexWrap: "wrap",
          alignContent: "center",
          justifyContent: "center",
          gap: `${GAP_PX}px`,
          mx: "auto",
        }}
        style={{ maxWidth: columns * tileWidth + (columns - 1) * GAP_PX + 1 }}
      >
        {place.here.map((subject) => (
          <div
            key={subject.id}
            data-subject={subject.id}
            style={{ width: tileWidth, height: tileHeight }}
          >
            {render(subject)}
          </div>
        ))}
      </Box>
      <LivePager parts={parts} place={place} />
    </Box>
  );
}
