import { act, render } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import { inCall, peer } from "../../../testing/calls";
import { LocalMedia } from "../../media/LocalMedia";
import type { CallSession, CallState } from "../CallSession";
import { entered } from "../model";
import { FloatedVideo } from "./FloatedVideo";
import type { StageParts } from "./parts";
import { Shown } from "./Shown";
import { StageChoice } from "./StageChoice";

const track = (id: string) => ({ id }) as MediaStreamTrack;
let video: HTMLVideoElement;
let shown: Shown;
let store: CallSession["store"];

const shows = () => (video.srcObject as MediaStream | null)?.getTracks()[0];

function send(camera: MediaStreamTrack) {
  const bob = { audio: null, camera, screen: null, connection: "connected" } as const;
  act(() => store.setState({ remotes: new Map([["bob", bob]]) }));
}

beforeEach(() => {
  class Stream {
    constructor(private readonly tracks: MediaStreamTrack[]) {}
    getTracks = () => this.tracks;
  }
  vi.stubGlobal("MediaStream", Stream);
  vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue();
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  video = document.createElement("video");
  Object.defineProperties(video, { clientWidth: { value: 400 }, clientHeight: { value: 225 } });
  // jsdom keeps no source of a video.
  Object.defineProperty(video, "srcObject", { value: null, writable: true });
  const call = entered(inCall([{ ...peer("bob"), video: true }, peer("me")], 1));
  store = createStore<CallState>(() => ({
    call,
    remotes: new Map(),
    speaking: new Set(),
    ending: null,
  }));
  shown = new Shown(() => {});
  const session = { store, media: new LocalMedia() } as unknown as CallSession;
  const parts = { session, choice: new StageChoice(), shown } as StageParts;
  render(<FloatedVideo parts={parts} call={call} video={video} />);
});

it("asks for the picture while the page itself is hidden", () => {
  send(track("mesh"));

  expect(shown.heights().get("bob")?.camera).toBe(225);
});

it("goes on with the track that takes over", () => {
  send(track("mesh"));
  const camera = track("worker");
  send(camera);

  expect(shows()).toBe(camera);
});
