import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router";
import { beforeEach, expect, it } from "vitest";
import { AppFrame } from "../../testing/AppFrame";
import { FakeServer } from "../../testing/FakeServer";
import { fakeRest, grant, json, problem } from "../../testing/rest";
import { Login } from "./Login";

function open(at = "/login") {
  render(
    <AppFrame at={at}>
      <Routes>
        <Route path="/login" element={<Login />} />
        <Route path="/home" element={<p>At home</p>} />
        <Route path="/room/:roomId" element={<p>At the door</p>} />
      </Routes>
    </AppFrame>,
  );
}

async function fill(identifier: string, password: string) {
  await userEvent.type(screen.getByLabelText("Username or email"), identifier);
  await userEvent.type(screen.getByLabelText("Password"), password);
  await userEvent.click(screen.getByRole("button", { name: "Log in" }));
}

beforeEach(() => void new FakeServer().install());

it("signs in by username and goes home", async () => {
  const requests = fakeRest({ "POST /api/auth/login": () => json(grant()) });
  open();

  await fill("ada", "correct horse");

  expect(await screen.findByText("At home")).toBeInTheDocument();
  expect(requests[0]?.body).toEqual({
    username: "ada",
    password: "correct horse",
    rememberMe: true,
  });
});

it("takes what has an @ for an email address, and does not remember when told so", async () => {
  const requests = fakeRest({ "POST /api/auth/login": () => json(grant()) });
  open();

  await userEvent.click(screen.getByLabelText("Remember me"));
  await fill("ada@example.org", "correct horse");

  await screen.findByText("At home");
  expect(requests[0]?.body).toEqual({
    email: "ada@example.org",
    password: "correct horse",
    rememberMe: false,
  });
});

it("goes back to where the person was sent from", async () => {
  fakeRest({ "POST /api/auth/login": () => json(grant()) });
  open("/login?next=%2Froom%2Fr1");

  await fill("ada", "correct horse");

  expect(await screen.findByText("At the door")).toBeInTheDocument();
});

it("says so when the credentials are wrong, and lets the person try again", async () => {
  const requests = fakeRest({
    "POST /api/auth/login": () => problem(401, "invalid-credentials", "Invalid credentials"),
  });
  open();

  await fill("ada", "wrong");

  expect(await screen.findByRole("alert")).toHaveTextContent("Invalid credentials");
  expect(screen.getByRole("button", { name: "Log in" })).toBeEnabled();
  expect(requests).toHaveLength(1);
});

it("asks nothing of the server while a field is empty", async () => {
  const requests = fakeRest({});
  open();

  await userEvent.click(screen.getByRole("button", { name: "Log in" }));

  expect(screen.getByRole("alert")).toHaveTextContent("Enter your username");
  expect(requests).toHaveLength(0);
});
