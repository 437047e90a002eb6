import { expect, it } from "vitest";
import { Problem } from "../../api/problem";
import { refusalOf } from "./entry";

it.each(["room-password-required", "wrong-room-password"])(
  "asks for the password on %s",
  (code) => {
    expect(refusalOf(new Problem({ code, status: 403 })).kind).toBe("password");
  },
);

it("shows any other refusal in the server's words", () => {
  const refused = new Problem({ code: "room-full", status: 409, detail: "The room is full." });

  expect(refusalOf(refused)).toEqual({ kind: "other", message: "The room is full." });
});
