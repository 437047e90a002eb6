/** Lays tiles out so that each gets as much of the stage as there is. */
import Box from "@mui/material/Box";
import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { bestGrid, GAP_PX } from "./layout";

export function VideoGrid({ children }: { readonly children: readonly ReactNode[] }) {
  const stage = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });

  useLayoutEffect(() => {
    const element = stage.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setSize(entry.contentRect);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const { columns, tileWidth, tileHeight } = bestGrid(children.length, size.width, size.height);
  return (
    <Box ref={stage} data-testid="video-grid" sx={{ flex: 1, minHeight: 0, minWidth: 0 }}>
      <Box
        sx={{
          height: "100%",
          display: "flex",
          flexWrap: "wrap",
          alignContent: "center",
          justifyContent: "center",
          gap: `${GAP_PX}px`,
          mx: "auto",
        }}
        style={{ maxWidth: columns * tileWidth + (columns - 1) * GAP_PX + 1 }}
      >
        {children.map((tile, index) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: the tile inside carries its own key
            key={index}
            style={{ width: tileWidth, height: tileHeight }}
          >
            {tile}
          </div>
        ))}
      </Box>
    </Box>
  );
}
