import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { GOOD } from "./quality/verdict";
import { VideoTile, type VideoTileProps } from "./VideoTile";

const pin = vi.fn();
const weak = { level: "weak", words: "The connection is weak: the sound has gaps." } as const;

function show(more: Partial<VideoTileProps> = {}) {
  render(
    <VideoTile
      testId="tile-bob"
      userId="u-bob"
      name="Bob"
      picture={null}
      camera={null}
      isMuted={false}
      isSpeaking={false}
      isHandRaised={false}
      actions={[{ label: "Pin", icon: null, key: "p", act: pin }]}
      {...more}
    />,
  );
  return screen.getByTestId("tile-bob");
}

it.each<[string, Partial<VideoTileProps>]>([
  ["Bob", {}],
  ["Bob", { quality: GOOD }],
  ["Bob, pinned", { isPinned: true }],
  ["Bob, no sound arrives", { isUnheard: true }],
  ["Bob, The connection is weak: the sound has gaps.", { quality: weak }],
])("is called %s", (name, props) => {
  show(props);

  expect(screen.getByRole("group", { name })).toBeInTheDocument();
});

it("says how good the connection is in words, not in colours alone", () => {
  const tile = show({ quality: weak });

  expect(within(tile).getByRole("img", { name: weak.words })).toHaveAttribute("data-level", "weak");
});

it("says over the picture that it is being repaired, instead of judging it", () => {
  const tile = show({ quality: weak, isUnheard: true, trouble: "Reconnecting…" });

  expect(within(tile).getByRole("status")).toHaveTextContent("Reconnecting…");
  expect(within(tile).queryByTestId("connection-mark")).not.toBeInTheDocument();
});

it("does by key what its menu does, while it has the focus", async () => {
  pin.mockClear();
  const user = userEvent.setup();
  const elsewhere = vi.fn();
  addEventListener("keydown", elsewhere);
  show();

  await user.tab();
  await user.keyboard("p");
  expect(pin).toHaveBeenCalledOnce();
  expect(elsewhere).not.toHaveBeenCalledWith(expect.objectContaining({ key: "p" }));

  await user.keyboard("{Enter}");
  await user.click(screen.getByRole("menuitem", { name: /Pin/ }));
  expect(pin).toHaveBeenCalledTimes(2);
  removeEventListener("keydown", elsewhere);
});

it("leaves other keys to the call", async () => {
  const user = userEvent.setup();
  const elsewhere = vi.fn();
  addEventListener("keydown", elsewhere);
  show();

  await user.tab();
  await user.keyboard("m{Control>}p{/Control}");

  expect(elsewhere).toHaveBeenCalledWith(expect.objectContaining({ key: "m" }));
  expect(elsewhere).toHaveBeenCalledWith(expect.objectContaining({ key: "p", ctrlKey: true }));
  removeEventListener("keydown", elsewhere);
});
