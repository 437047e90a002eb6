/** Lets signed-in people through and sends others to sign in, and back afterwards. */
import Button from "@mui/material/Button";
import { Navigate, Outlet, useLocation } from "react-router";
import { Loading, Message } from "../../app/Centered";
import { useAuth } from "./AuthContext";
import { loginPath } from "./next";

export function ProtectedRoute() {
  const { status, retry } = useAuth();
  const { pathname, search } = useLocation();
  switch (status) {
    case "signedIn":
      return <Outlet />;
    case "unknown":
      return <Loading label="Signing you in" />;
    case "unreachable":
      return (
        <Message
          title="The server cannot be reached"
          actions={
            <Button variant="contained" onClick={retry}>
              Try again
            </Button>
          }
        >
          You are still signed in. Check your connection.
        </Message>
      );
    case "signedOut":
      return <Navigate to={loginPath(pathname + search)} replace />;
  }
}
