/** What one sees when the call is over, and where to go from there. */
import CallEndRounded from "@mui/icons-material/CallEndRounded";
import Button from "@mui/material/Button";
import { Link } from "react-router";
import { Message } from "../../app/Centered";
import type { Ending } from "./model";

interface CallEndedProps {
  readonly ending: Ending;
  readonly roomId: string;
  readonly onRejoin: () => void;
}

export function CallEnded({ ending, roomId, onRejoin }: CallEndedProps) {
  const { title, text } = inWords(ending);
  const mayReturn = ["left", "moved", "refused"].includes(ending.reason);
  return (
    <Message
      icon={<CallEndRounded />}
      title={title}
      actions={
        <>
          {mayReturn && (
            <Button variant="contained" onClick={onRejoin} data-testid="rejoin">
              {ending.reason === "moved" ? "Take it back here" : "Rejoin"}
            </Button>
          )}
          <Button component={Link} to="/home" variant={mayReturn ? "outlined" : "contained"}>
            Back to home
          </Button>
          {ending.reason !== "deleted" && ending.reason !== "removed" && (
            <Button component={Link} to={`/messages/${roomId}`}>
              Read the chat
            </Button>
          )}
        </>
      }
    >
      {text}
    </Message>
  );
}

function inWords(ending: Ending): { title: string; text: string } {
  switch (ending.reason) {
    case "left":
      return { title: "You left the call", text: "The others can go on without you." };
    case "closed":
      return {
        title: "The host ended this meeting",
        text: "The room is closed; its chat remains.",
      };
    case "deleted":
      return { title: "This room was deleted", text: "Its host removed it with its chat." };
    case "removed":
      return { title: "You were removed", text: "The host took you out of this room." };
    case "moved":
      return {
        title: "This call goes on in another tab",
        text: "You joined from another tab of this browser, and one place is enough for you.",
      };
    case "refused":
      return { title: "You could not join", text: ending.message };
  }
}
