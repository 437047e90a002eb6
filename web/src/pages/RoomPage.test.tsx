import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Link, Route, Routes } from "react-router";
import { expect, it } from "vitest";
import { session } from "../api/session";
import { savePreferences } from "../features/media/preferences";
import { AppFrame } from "../testing/AppFrame";
import { FakeDevices } from "../testing/FakeDevices";
import { FakeServer } from "../testing/FakeServer";
import { fakeRest, grant, json } from "../testing/rest";
import { RoomPage } from "./RoomPage";

it("joins no call when somebody goes away while the browser asks for the microphone", async () => {
  savePreferences({ wantsCamera: false });
  sessionStorage.setItem("convo.call", JSON.stringify({ roomId: "r", peerId: "me" }));
  const devices = new FakeDevices().install();
  const server = new FakeServer().install();
  fakeRest({ "GET /api/rooms/r": () => json({ roomId: "r", roomName: "Tea", status: "active" }) });
  session.begin(grant());
  render(
    <AppFrame at="/room/r">
      <Link to="/away">Away</Link>
      <Routes>
        <Route path="/room/:roomId" element={<RoomPage />} />
        <Route path="/away" element={<p>Gone</p>} />
      </Routes>
    </AppFrame>,
  );
  await waitFor(() => expect(devices.asked).toHaveLength(1));

  await userEvent.click(screen.getByRole("link", { name: "Away" }));
  await act(async () => void devices.asked[0]?.give());

  expect(screen.getByText("Gone")).toBeInTheDocument();
  expect(server.heard("connect")).toHaveLength(1);
  expect(server.heard("joinRoom")).toEqual([]);
  expect(devices.live).toEqual([]);
});
