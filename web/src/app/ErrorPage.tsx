/** What the router shows when a page breaks or does not exist. */
import Button from "@mui/material/Button";
import { isRouteErrorResponse, Link, useRouteError } from "react-router";
import { Message } from "./Centered";

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
  return (
    <Message
      title="This page broke"
      actions={
        <Button variant="contained" onClick={() => location.reload()}>
          Load it again
        </Button>
      }
    >
      It is our fault, not yours. Loading the page again usually helps.
    </Message>
  );
}
