/** One subject large, the others in a strip beside or below it. */
import Box from "@mui/material/Box";
import type { ReactNode } from "react";
import { focusLayout, GAP_PX } from "../layout";
import { LivePager } from "./LivePager";
import { pageOf } from "./pages";
import type { StageParts } from "./parts";
import type { Subject } from "./subjects";
import { useSize } from "./useSize";

interface FocusViewProps {
  readonly parts: StageParts;
  readonly large: Subject;
  readonly rest: readonly Subject[];
  readonly page: number;
  readonly render: (subject: Subject) => ReactNode;
}

export function FocusView({ parts, large, rest, page, render }: FocusViewProps) {
  const [stage, { width, height }] = useSize<HTMLDivElement>();
  const focus = focusLayout(rest.length, width, height, rest.at(-1)?.isOwn ? 1 : 0);
  const place = pageOf(rest, page, focus);
  const isColumn = focus.strip === "column";
  return (
    <Box
      ref={stage}
      data-testid="speaker-view"
      sx={{
        flex: 1,
        minHeight: 0,
        minWidth: 0,
        display: "flex",
        flexDirection: isColumn ? "row" : "column",
        alignItems: "center",
        gap: `${GAP_PX}px`,
        overflow: "hidden",
      }}
    >
      <div
        key={large.id}
        data-subject={large.id}
        style={{ width: focus.largeWidth, height: focus.largeHeight }}
      >
        {render(large)}
      </div>
      {rest.length > 0 && (
        <Box
          sx={{
            display: "flex",
            flexDirection: "column",
            gap: `${GAP_PX}px`,
            flexShrink: 0,
            maxWidth: "100%",
          }}
        >
          <Box
            sx={{
              display: "flex",
              flexDirection: isColumn ? "column" : "row",
              justifyContent: "center",
              gap: `${GAP_PX}px`,
            }}
          >
            {place.here.map((subject) => (
              <div
                key={subject.id}
                data-subject={subject.id}
                style={{ width: focus.tileWidth, height: focus.tileHeight }}
              >
                {render(subject)}
              </div>
            ))}
          </Box>
          <LivePager parts={parts} place={place} />
        </Box>
      )}
    </Box>
  );
}
