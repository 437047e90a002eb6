import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { fakeRest, json } from "../../../testing/rest";
import { ConnectionTest } from "./ConnectionTest";

const SERVERS = [
  {
    urls: ["turn:turn.example:3478?transport=udp", "turn:turn.example:3478?transport=tcp"],
    username: "1:ada",
    credential: "c",
  },
];

it("tries each way by itself and reads out what it means", async () => {
  fakeRest({ "GET /api/signaling/ice-servers": () => json({ iceServers: SERVERS }) });
  const tries = vi.fn(async (way: string) => way !== "udp");
  render(<ConnectionTest tries={tries} />);

  fireEvent.click(screen.getByRole("button", { name: "Test connection" }));

  await screen.findByText(/UDP is blocked/);
  expect(tries.mock.calls.map(([way]) => way)).toEqual(["direct", "udp", "tcp"]);
  const told = screen.getByRole("status");
  expect(told).toHaveTextContent("Relay over UDP: blocked");
  expect(told).toHaveTextContent("Relay over TCP: works");
  expect(told).toHaveTextContent("Relay over TLS: not offered here");
});

it("says so when it cannot be started, and can be tried again", async () => {
  fakeRest({ "GET /api/signaling/ice-servers": () => json({ detail: "no" }, 404) });
  render(<ConnectionTest tries={async () => true} />);

  fireEvent.click(screen.getByRole("button", { name: "Test connection" }));

  await screen.findByText(/could not be started/);
  expect(screen.getByRole("button", { name: "Test connection" })).toBeEnabled();
});
