import { act, render, screen } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { session } from "../api/session";
import { AppFrame } from "../testing/AppFrame";
import { FakeServer } from "../testing/FakeServer";
import { grant } from "../testing/rest";
import { CutOffWords } from "./CutOffWords";
import { useCutOff } from "./useCutOff";

let server: FakeServer;

function Words() {
  const cutOff = useCutOff();
  return (
    cutOff && (
      <p role="status">
        <CutOffWords cutOff={cutOff}>All is kept.</CutOffWords>
      </p>
    )
  );
}

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

beforeEach(async () => {
  vi.useFakeTimers();
  server = new FakeServer().install();
  session.begin(grant());
  render(
    <AppFrame>
      <Words />
    </AppFrame>,
  );
  await pass(0);
});

it("says nothing of a loss that is over in a moment", async () => {
  server.latest.close(4503);
  for (let tenths = 0; tenths < 30; tenths++) {
    await pass(100);
    expect(screen.queryByRole("status")).not.toBeInTheDocument();
  }
});

it("says since when, and counts only for those who see it", async () => {
  server.isUp = false;
  server.latest.close(1006);
  await pass(8_000);

  expect(screen.getByRole("status")).toHaveTextContent("Connection lost 8 s ago. All is kept.");
  expect(screen.getByText("8 s ago")).toHaveAttribute("aria-hidden", "true");

  server.isUp = true;
  await pass(30_000);
  expect(screen.queryByRole("status")).not.toBeInTheDocument();
});

it("says that it still connects while the server was never heard", async () => {
  server.answers.connect = "silence";
  session.end();
  await pass(0);
  session.begin(grant());
  await pass(3_000);

  expect(screen.getByRole("status")).toHaveTextContent("Connecting… All is kept.");
});
