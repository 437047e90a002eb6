import { fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { TrackVideo } from "./TrackVideo";

/** The same camera over two connections. */
const OLD = { id: "camera" } as MediaStreamTrack;
const NEXT = { id: "camera" } as MediaStreamTrack;

const pictures = () => screen.getAllByLabelText("Ada");
const areSeen = () => pictures().map((video) => getComputedStyle(video).visibility === "visible");

beforeEach(() => {
  vi.stubGlobal("MediaStream", class {});
  vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue();
});

it("shows the old track until the next one has a picture", () => {
  const { rerender } = render(<TrackVideo track={OLD} label="Ada" />);
  const [old] = pictures();
  rerender(<TrackVideo track={NEXT} label="Ada" />);
  const [still, next] = pictures();
  expect(still).toBe(old);
  expect(areSeen()).toEqual([true, false]);

  if (next !== undefined) fireEvent.loadedData(next);

  expect(pictures()).toEqual([next]);
  expect(areSeen()).toEqual([true]);
});
