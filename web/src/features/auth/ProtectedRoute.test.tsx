import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes, useLocation } from "react-router";
import { beforeEach, expect, it, vi } from "vitest";
import { session } from "../../api/session";
import { AppFrame } from "../../testing/AppFrame";
import { FakeServer } from "../../testing/FakeServer";
import { fakeRest, grant, json, problem } from "../../testing/rest";
import { ProtectedRoute } from "./ProtectedRoute";

function Asked() {
  const { pathname, search } = useLocation();
  return <p>{pathname + search}</p>;
}

function open() {
  render(
    <AppFrame at="/room/r1?from=mail">
      <Routes>
        <Route path="/login" element={<Asked />} />
        <Route element={<ProtectedRoute />}>
          <Route path="/room/:roomId" element={<p>Inside</p>} />
        </Route>
      </Routes>
    </AppFrame>,
  );
}

const signedInBefore = () => localStorage.setItem("convo.signed-in", "1");

beforeEach(() => void new FakeServer().install());

it("sends strangers to sign in, and remembers where they wanted to go", async () => {
  fakeRest({});
  open();

  expect(await screen.findByText("/login?next=%2Froom%2Fr1%3Ffrom%3Dmail")).toBeInTheDocument();
});

it("keeps a person signed in over a reload", async () => {
  signedInBefore();
  fakeRest({ "POST /api/auth/refresh": () => json(grant()) });
  open();

  expect(await screen.findByText("Inside")).toBeInTheDocument();
});

it("asks to sign in again when the session is over", async () => {
  signedInBefore();
  fakeRest({ "POST /api/auth/refresh": () => problem(401, "session-over", "Sign in again.") });
  open();

  expect(await screen.findByText(/^\/login/)).toBeInTheDocument();
});

it("does not sign anybody out because the server is away", async () => {
  signedInBefore();
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
  open();
  await screen.findByText("The server cannot be reached");

  fakeRest({ "POST /api/auth/refresh": () => json(grant()) });
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));

  expect(await screen.findByText("Inside")).toBeInTheDocument();
});

it("goes on asking by itself while the server is away", async () => {
  signedInBefore();
  vi.useFakeTimers({ shouldAdvanceTime: true });
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
  open();
  await screen.findByText("The server cannot be reached");
  await act(() => vi.advanceTimersByTimeAsync(10_000));
  expect(screen.getByText("The server cannot be reached")).toBeInTheDocument();

  fakeRest({ "POST /api/auth/refresh": () => json(grant()) });
  await act(() => vi.advanceTimersByTimeAsync(20_000));

  expect(screen.getByText("Inside")).toBeInTheDocument();
  vi.useRealTimers();
});

it("closes at once when the session ends", async () => {
  session.begin(grant());
  fakeRest({});
  open();
  expect(screen.getByText("Inside")).toBeInTheDocument();

  act(() => session.end());

  expect(await screen.findByText(/^\/login/)).toBeInTheDocument();
});
