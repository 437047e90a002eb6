/** Every address of the client. */
import { createBrowserRouter, Outlet } from "react-router";
import { AdminOverview } from "../features/admin/AdminOverview";
import { Login } from "../features/auth/Login";
import { ProtectedRoute } from "../features/auth/ProtectedRoute";
import { Register } from "../features/auth/Register";
import { useRoomNews } from "../features/rooms/useRooms";
import { About } from "../pages/About";
import { Home } from "../pages/Home";
import { Landing } from "../pages/Landing";
import { Meetings } from "../pages/Meetings";
import { Messages } from "../pages/Messages";
import { ProfileSettings } from "../pages/ProfileSettings";
import { RoomPage } from "../pages/RoomPage";
import { ErrorPage, NotFound } from "./ErrorPage";
import { Layout } from "./Layout";

function SignedIn() {
  useRoomNews();
  return <Outlet />;
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
