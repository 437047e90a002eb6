/** What the router shows when a page breaks or does not exist. */
import Button from "@mui/material/Button";
import { isRouteErrorResponse, Link, useRouteError } from "react-router";
import { Loading, Message } from "./Centered";
import { isOnItsWayOut } from "./newVersion";

export function NotFound() {
  return (
    <Message
      title="There is nothing here"
      actions={
        <Button component={Link} to="/" variant="contained">
          Go to the start
        </Button>
      }
    >
      The address may be mistyped, or the page was moved.
    </Message>
  );
}

export function ErrorPage() {
  const error = useRouteError();
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFound />;
  if (isOnItsWayOut()) return <Loading />;
  return (
    <Message
      title="This page broke"
      actions={
        <Button variant="contained" onClick={() => location.reload()}>
          Reload
        </Button>
      }
    >
      It is our fault, not yours. Reloading usually helps.
    </Message>
  );
}
