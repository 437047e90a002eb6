import { act, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { session as account } from "../../api/session";
import type { Room } from "../../protocol/rest";
import { AppFrame } from "../../testing/AppFrame";
import { inCall, peer } from "../../testing/calls";
import { FakeServer } from "../../testing/FakeServer";
import { fakeRest, grant, json } from "../../testing/rest";
import { signedInSocket } from "../../testing/sockets";
import { LocalMedia } from "../media/LocalMedia";
import { CallSession } from "./CallSession";
import { entered } from "./model";
import { VideoCall } from "./VideoCall";

it("draws the tile of who speaks anew, and not the whole call", () => {
  new FakeServer().install();
  vi.stubGlobal("MediaStream", class {});
  fakeRest({ "GET /api/users": () => json([]) });
  account.begin(grant());
  const socket = signedInSocket();
  const media = new LocalMedia();
  const session = new CallSession({ socket, media, roomId: "r", ownUserId: "u-me" });
  const bob = { ...peer("bob"), audio: true };
  session.store.setState({ call: entered(inCall([bob, peer("me")], 1)) });
  let drawn = 0;
  const room = {
    roomId: "r",
    roomName: "Tea",
    get role() {
      drawn += 1;
      return "participant";
    },
  } as Room;
  render(
    <AppFrame>
      <VideoCall session={session} room={room} />
    </AppFrame>,
  );
  drawn = 0;

  act(() => session.store.setState({ speaking: new Set(["bob"]) }));

  expect(screen.getByTestId("tile-bob")).toHaveAttribute("data-speaking", "true");
  expect(drawn).toBe(0);
});
