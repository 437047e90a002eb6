/** Every address of the client. What is behind the sign-in is loaded when it is first needed. */
import { lazy, Suspense } from "react";
import { createBrowserRouter, Outlet } from "react-router";
import { Login } from "../features/auth/Login";
import { ProtectedRoute } from "../features/auth/ProtectedRoute";
import { Register } from "../features/auth/Register";
import { useRoomNews } from "../features/rooms/useRooms";
import { About } from "../pages/About";
import { Home } from "../pages/Home";
import { Landing } from "../pages/Landing";
import { Loading } from "./Centered";
import { ErrorPage, NotFound } from "./ErrorPage";
import { Layout } from "./Layout";

const AdminOverview = lazy(async () => ({
  default: (await import("../features/admin/AdminOverview")).AdminOverview,
}));
const Meetings = lazy(async () => ({ default: (await import("../pages/Meetings")).Meetings }));
const Messages = lazy(async () => ({ default: (await import("../pages/Messages")).Messages }));
const ProfileSettings = lazy(async () => ({
  default: (await import("../pages/ProfileSettings")).ProfileSettings,
}));
const RoomPage = lazy(async () => ({ default: (await import("../pages/RoomPage")).RoomPage }));

function SignedIn() {
  useRoomNews();
  return (
    <Suspense fallback={<Loading />}>
      <Outlet />
    </Suspense>
  );
}

export function createAppRouter() {
  return createBrowserRouter([
    {
      errorElement: <ErrorPage />,
      children: [
        { path: "/", element: <Landing /> },
        { path: "/about", element: <About /> },
        { path: "/login", element: <Login /> },
        { path: "/signup", element: <Register /> },
        {
          element: <ProtectedRoute />,
          children: [
            {
              element: <SignedIn />,
              children: [
                { path: "/room/:roomId", element: <RoomPage /> },
                {
                  element: <Layout />,
                  children: [
                    { path: "/home", element: <Home /> },
                    { path: "/messages/:roomId?", element: <Messages /> },
                    { path: "/meetings", element: <Meetings /> },
                    { path: "/profile", element: <ProfileSettings /> },
                    { path: "/admin", element: <AdminOverview /> },
                  ],
                },
              ],
            },
          ],
        },
        { path: "*", element: <NotFound /> },
      ],
    },
  ]);
}
