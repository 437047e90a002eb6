import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router";
import { beforeEach, expect, it } from "vitest";
import { AppFrame } from "../../testing/AppFrame";
import { FakeServer } from "../../testing/FakeServer";
import { ADA, fakeRest, grant, json, problem } from "../../testing/rest";
import { Register } from "./Register";

function open() {
  render(
    <AppFrame at="/signup">
      <Routes>
        <Route path="/signup" element={<Register />} />
        <Route path="/home" element={<p>At home</p>} />
      </Routes>
    </AppFrame>,
  );
}

async function fill(values: Record<string, string>) {
  for (const [label, value] of Object.entries(values)) {
    await userEvent.type(screen.getByLabelText(label), value);
  }
  await userEvent.click(screen.getByRole("button", { name: "Sign up" }));
}

const GOOD = {
  "Full name": "Ada Lovelace",
  Email: "ada@example.org",
  Password: "correct horse",
  "Confirm password": "correct horse",
};

beforeEach(() => void new FakeServer().install());

it("makes the account, signs in with it and goes home", async () => {
  const requests = fakeRest({
    "POST /api/auth/register": () => json({ userId: ADA.userId }, 201),
    "POST /api/auth/login": () => json(grant()),
  });
  open();

  await fill(GOOD);

  expect(await screen.findByText("At home")).toBeInTheDocument();
  expect(requests[0]?.body).toEqual({
    fullName: "Ada Lovelace",
    email: "ada@example.org",
    password: "correct horse",
  });
});

it("says what is wrong beside each field, before it asks the server", async () => {
  const requests = fakeRest({});
  open();

  await fill({
    Email: "ada",
    "Username (optional)": "a b",
    Password: "short",
    "Confirm password": "other",
  });

  for (const words of [
    "Tell us your name.",
    "This does not look like an email address.",
    "2 to 32 letters, digits, dots, dashes or underscores.",
    "The passwords differ.",
  ]) {
    expect(screen.getByText(words)).toBeInTheDocument();
  }
  expect(screen.getByLabelText("Password")).toBeInvalid();
  expect(requests).toHaveLength(0);
});

it("goes on when the account was made by a request whose answer was lost", async () => {
  let isMade = false;
  const requests = fakeRest({
    "POST /api/auth/register": () => {
      if (isMade) return problem(409, "user-already-exists", "User already exists");
      isMade = true;
      throw new TypeError("Failed to fetch");
    },
    "POST /api/auth/login": () => json(grant()),
  });
  open();

  await fill(GOOD);
  expect(await screen.findByRole("alert")).toHaveTextContent("cannot be reached");
  await userEvent.click(screen.getByRole("button", { name: "Sign up" }));

  expect(await screen.findByText("At home")).toBeInTheDocument();
  expect(requests.at(-1)?.body).toMatchObject({
    email: "ada@example.org",
    password: "correct horse",
  });
});

it("goes on when the gateway repeated the request and only the second answer arrived", async () => {
  fakeRest({
    "POST /api/auth/register": () => problem(409, "user-already-exists", "User already exists"),
    "POST /api/auth/login": () => json(grant()),
  });
  open();

  await fill(GOOD);

  expect(await screen.findByText("At home")).toBeInTheDocument();
});

it.each([
  ["whose password is another", () => problem(401, "invalid-credentials", "Invalid credentials")],
  ["while signing in is not possible", () => problem(503, "unavailable", "Later.")],
])("shows that somebody has this address already, %s", async (_, login) => {
  fakeRest({
    "POST /api/auth/register": () => problem(409, "user-already-exists", "User already exists"),
    "POST /api/auth/login": login,
  });
  open();

  await fill(GOOD);

  expect(await screen.findByRole("alert")).toHaveTextContent("User already exists");
});

it("puts what the server says about a field beside that field", async () => {
  fakeRest({
    "POST /api/auth/register": () =>
      problem(422, "invalid", "Check the form.", [
        { path: "body.password", message: "This password is too common." },
      ]),
  });
  open();

  await fill(GOOD);

  expect(await screen.findByText("This password is too common.")).toBeInTheDocument();
  expect(screen.getByLabelText("Password")).toBeInvalid();
});
