import { render, screen } from "@testing-library/react";
import { lazy, Suspense } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ErrorPage } from "./ErrorPage";
import { reloadWhenOutdated } from "./newVersion";

const reload = vi.fn();
let forget: () => void;

/** What Vite's loader does when a chunk is gone. */
async function missingChunk(): Promise<never> {
  const error = new TypeError("Failed to fetch dynamically imported module");
  dispatchEvent(Object.assign(new Event("vite:preloadError"), { payload: error }));
  throw error;
}

function openPage(): void {
  const Page = lazy(missingChunk);
  const element = (
    <Suspense>
      <Page />
    </Suspense>
  );
  const router = createMemoryRouter([{ path: "/", element, errorElement: <ErrorPage /> }]);
  render(<RouterProvider router={router} />);
}

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  reload.mockClear();
  forget = reloadWhenOutdated(reload);
});

afterEach(() => forget());

/** As after a reload: the page forgets everything but its storage. */
function loadAnew(): void {
  forget();
  forget = reloadWhenOutdated(reload);
}

it("loads the new version, and shows no error meanwhile", async () => {
  openPage();

  expect(await screen.findByRole("progressbar")).toBeVisible();
  expect(reload).toHaveBeenCalledTimes(1);
});

it("shows an error and a button when that did not help, instead of trying for ever", async () => {
  missingChunk().catch(() => {});
  loadAnew();
  openPage();

  expect(await screen.findByRole("button", { name: "Reload" })).toBeVisible();
  expect(reload).toHaveBeenCalledTimes(1);
});

it("does it again for the next deploy", () => {
  vi.useFakeTimers();
  missingChunk().catch(() => {});
  loadAnew();
  vi.advanceTimersByTime(3_600_000);
  missingChunk().catch(() => {});

  expect(reload).toHaveBeenCalledTimes(2);
});
