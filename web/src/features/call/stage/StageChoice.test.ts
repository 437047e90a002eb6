import { expect, it } from "vitest";
import { StageChoice } from "./StageChoice";

const remembered = () => new StageChoice().store.getState();

it("remembers habits in this browser, and nothing about one call", () => {
  const choice = new StageChoice();
  choice.chooseMode("speaker");
  choice.showSelfSmall(true);
  choice.stopVideo(true);
  choice.togglePin("bob:camera");
  choice.turnTo(3);

  expect(remembered()).toMatchObject({
    mode: "speaker",
    isSelfSmall: true,
    isVideoStopped: true,
    pinned: null,
    page: 0,
  });
});

it.each(["{", '{"mode":"upside-down","isVideoStopped":"yes"}', "null", "[]"])(
  "is not confused by %s",
  (kept) => {
    localStorage.setItem("convo.stage", kept);

    expect(remembered()).toMatchObject({ mode: "auto", isSelfSmall: false, isVideoStopped: false });
  },
);

it("pins one at a time, and unpins the same", () => {
  const choice = new StageChoice();
  const pinned = () => choice.store.getState().pinned;

  choice.togglePin("bob:camera");
  choice.togglePin("eve:camera");
  expect(pinned()).toBe("eve:camera");

  choice.togglePin("eve:camera");
  expect(pinned()).toBeNull();
});

it("lets go of a pin for the grid, and for another screen", () => {
  const choice = new StageChoice();
  choice.togglePin("bob:camera");
  choice.nextMode(false);
  expect(choice.store.getState()).toMatchObject({ mode: "grid", pinned: null });

  choice.togglePin("bob:camera");
  choice.chooseScreen("eve:screen");
  expect(choice.store.getState()).toMatchObject({ chosenScreen: "eve:screen", pinned: null });
});

it("shows one subject over the page where the browser has no full screen", async () => {
  const choice = new StageChoice();

  await choice.fillScreen({ only: "bob:camera" });
  expect(choice.store.getState().fullScreen).toEqual({ only: "bob:camera" });

  await choice.leaveFullScreen();
  expect(choice.store.getState().fullScreen).toBeNull();
});
