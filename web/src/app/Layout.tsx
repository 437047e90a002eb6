/** The frame of the dashboard: header on top, sidebar beside, page in the middle. */
import Box from "@mui/material/Box";
import CircularProgress from "@mui/material/CircularProgress";
import Drawer from "@mui/material/Drawer";
import useMediaQuery from "@mui/material/useMediaQuery";
import { Suspense, useState } from "react";
import { Outlet, useLocation } from "react-router";

import { Header } from "./Header";
import { Sidebar } from "./Sidebar";

const WIDE_PX = 248;
const NARROW_PX = 76;
const REMEMBERED = "convo.sidebar";

export function Layout() {
  const isDesktop = useMediaQuery("(min-width: 900px)");
  const { pathname } = useLocation();
  const [openedAt, setOpenedAt] = useState<string | null>(null);
  const [isNarrow, setNarrow] = useState(localStorage.getItem(REMEMBERED) === "narrow");
  // Going to another page closes the drawer of a phone by itself.
  const isDrawerOpen = openedAt === pathname;

  function toggle() {
    if (!isDesktop) {
      setOpenedAt(isDrawerOpen ? null : pathname);
      return;
    }
    localStorage.setItem(REMEMBERED, isNarrow ? "wide" : "narrow");
    setNarrow(!isNarrow);
  }

  return (
    <Box sx={{ height: "100dvh", display: "flex", flexDirection: "column" }}>
      <Header onMenu={toggle} />
      <Box sx={{ flex: 1, minHeight: 0, display: "flex" }}>
        {isDesktop ? (
          <Box
            component="nav"
            aria-label="Main"
            sx={{
              flexShrink: 0,
              borderRight: "1px solid",
              borderColor: "divider",
              overflow: "auto",
              transition: "width 180ms",
            }}
            style={{ width: isNarrow ? NARROW_PX : WIDE_PX }}
          >
            <Sidebar isNarrow={isNarrow} />
          </Box>
        ) : (
          <Drawer open={isDrawerOpen} onClose={() => setOpenedAt(null)}>
            <Box component="nav" aria-label="Main" sx={{ width: 270, height: "100%" }}>
              <Sidebar isNarrow={false} />
            </Box>
          </Drawer>
        )}
        <Box component="main" sx={{ flex: 1, minWidth: 0, overflowY: "auto" }}>
          <Suspense fallback={<CircularProgress aria-label="Loading" sx={{ m: 4 }} />}>
            <Outlet />
          </Suspense>
        </Box>
      </Box>
    </Box>
  );
}
