import { act, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import { session } from "../../../api/session";
import { AppFrame } from "../../../testing/AppFrame";
import { inCall, peer } from "../../../testing/calls";
import { FakeServer } from "../../../testing/FakeServer";
import { fakeRest, grant, json } from "../../../testing/rest";
import { LocalMedia } from "../../media/LocalMedia";
import type { CallSession, CallState } from "../CallSession";
import { entered } from "../model";
import { MicrophoneWatch } from "../quality/MicrophoneWatch";
import { Quality } from "../quality/Quality";
import { Stage } from "../Stage";
import type { StageParts } from "./parts";
import { Shown } from "./Shown";
import { StageChoice } from "./StageChoice";

const PEOPLE = ["ada", "bob", "eve"].map((id) => ({ ...peer(id), screen: id !== "eve" }));
let parts: StageParts;

function share(...ids: string[]) {
  const remotes = new Map(
    PEOPLE.map(({ peerId }) => [
      peerId,
      {
        audio: null,
        camera: null,
        screen: ids.includes(peerId) ? ({ id: `s-${peerId}` } as MediaStreamTrack) : null,
        connection: peerId === "eve" ? ("interrupted" as const) : ("connected" as const),
      },
    ]),
  );
  act(() => parts.session.store.setState({ remotes }));
}

const large = () => screen.queryByTestId("speaker-view")?.firstElementChild as HTMLElement;

beforeEach(() => {
  vi.stubGlobal("MediaStream", class {});
  vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue();
  fakeRest({ "GET /api/users": () => json([]) });
  new FakeServer().install();
  session.begin(grant());
  const call = entered(inCall([...PEOPLE, peer("me")], 1));
  const store = createStore<CallState>(() => ({
    call,
    remotes: new Map(),
    speaking: new Set(),
    ending: null,
  }));
  const media = new LocalMedia();
  const of = { store, media, roomId: "r", peerConnections: () => new Map() };
  parts = {
    session: of as unknown as CallSession,
    choice: new StageChoice(),
    shown: new Shown(() => {}),
    quality: new Quality(of),
    microphone: new MicrophoneWatch(media),
  };
  render(
    <AppFrame>
      <Stage parts={parts} call={call} />
    </AppFrame>,
  );
});

it("shows everybody in a grid, each with a name and a way to act on them", () => {
  share();

  const grid = screen.getByTestId("video-grid");
  const names = within(grid)
    .getAllByRole("group")
    .map((tile) => tile.getAttribute("aria-label"));
  expect(names).toEqual(["ada", "bob", "eve", "You"]);
  expect(within(grid).getAllByRole("button", { name: /^More about / })).toHaveLength(4);
  expect(within(screen.getByTestId("tile-eve")).getByRole("status")).toHaveTextContent(
    "Reconnecting…",
  );
});

it("makes a screen large, and lets one choose among several", async () => {
  share("ada", "bob");
  expect(within(large()).getByRole("group", { name: "Screen of ada" })).toBeInTheDocument();

  await userEvent.click(within(large()).getByRole("button", { name: "bob" }));
  expect(within(large()).getByRole("group", { name: "Screen of bob" })).toBeInTheDocument();

  share("ada");
  expect(within(large()).getByRole("group", { name: "Screen of ada" })).toBeInTheDocument();

  share();
  expect(screen.getByTestId("video-grid")).toBeInTheDocument();
});

it("shows who is pinned large, until they are unpinned", async () => {
  share();
  await userEvent.click(screen.getByRole("button", { name: "More about bob" }));
  await userEvent.click(screen.getByRole("menuitem", { name: /Pin/ }));
  expect(within(large()).getByRole("group", { name: "bob, pinned" })).toBeInTheDocument();

  await userEvent.click(screen.getByRole("button", { name: "More about bob" }));
  await userEvent.click(screen.getByRole("menuitem", { name: /Unpin/ }));
  expect(screen.getByTestId("video-grid")).toBeInTheDocument();
});

it("leaves the focus with who is pinned by a key, at the place they are shown then", async () => {
  share();
  act(() => screen.getByTestId("tile-bob").focus());

  await userEvent.keyboard("p");
  expect(large()).toContainElement(screen.getByTestId("tile-bob"));
  expect(screen.getByTestId("tile-bob")).toHaveFocus();

  await userEvent.keyboard("p");
  expect(screen.getByTestId("video-grid")).toContainElement(screen.getByTestId("tile-bob"));
  expect(screen.getByTestId("tile-bob")).toHaveFocus();
});

it("takes the focus from nobody who has left the tiles", async () => {
  share();
  act(() => screen.getByTestId("tile-bob").focus());
  act(() => screen.getByTestId("tile-bob").blur());
  await act(async () => {});

  act(() => parts.choice.togglePin("bob:camera"));

  expect(document.body).toHaveFocus();
});

it("takes oneself out of the grid when the own picture is small", () => {
  share();
  act(() => parts.choice.showSelfSmall(true));

  expect(within(screen.getByTestId("video-grid")).queryByTestId("local-tile")).toBeNull();
  expect(screen.getByTestId("local-tile")).toBeInTheDocument();
});

it("shows nobody else while one subject fills the screen", () => {
  share();
  act(() => parts.choice.store.setState({ fullScreen: { only: "bob:camera" } }));

  expect(screen.getByTestId("tile-bob")).toBeInTheDocument();
  expect(screen.queryByTestId("tile-ada")).toBeNull();
  expect(screen.queryByTestId("local-tile")).toBeNull();
});
