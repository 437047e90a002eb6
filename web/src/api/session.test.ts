import { describe, expect, it, vi } from "vitest";
import { fakeRest, grant, json, problem } from "../testing/rest";
import { request } from "./request";
import { session } from "./session";

describe("an expired token", () => {
  it("is renewed once for requests that fail together, and each is repeated", async () => {
    session.begin(grant("old"));
    const requests = fakeRest({
      "GET /api/rooms": ({ headers }) =>
        headers.get("Authorization") === "Bearer new"
          ? json([])
          : problem(401, "authentication-required", "Sign in."),
      "POST /api/auth/refresh": () => json(grant("new")),
    });

    await Promise.all([1, 2, 3].map(() => request("GET", "/api/rooms")));

    const refreshes = requests.filter(({ path }) => path === "/api/auth/refresh");
    expect(refreshes).toHaveLength(1);
    expect(refreshes[0]?.headers.get("X-Convo-Refresh")).toBe("1");
  });

  it("is renewed before it is used when it is about to end", async () => {
    session.begin({ ...grant("old"), expiresIn: 10 });
    const requests = fakeRest({
      "GET /api/rooms": () => json([]),
      "POST /api/auth/refresh": () => json(grant("new")),
    });

    await request("GET", "/api/rooms");

    expect(requests.at(-1)?.headers.get("Authorization")).toBe("Bearer new");
    expect(requests).toHaveLength(2);
  });

  it("that cannot be renewed signs the person out and tells so", async () => {
    session.begin(grant());
    const changed = vi.fn();
    const stop = session.subscribe(changed);
    const refuse = () => problem(401, "authentication-required", "Sign in.");
    fakeRest({ "GET /api/rooms": refuse, "POST /api/auth/refresh": refuse });

    await expect(request("GET", "/api/rooms")).rejects.toMatchObject({
      code: "authentication-required",
    });

    expect(session.current()).toBeNull();
    expect(changed).toHaveBeenCalled();
    stop();
  });

  it("stays the person's when the server merely cannot be reached", async () => {
    session.begin({ ...grant(), expiresIn: 10 });
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));

    await expect(session.access()).rejects.toMatchObject({ code: "unreachable" });

    expect(session.current()?.token).toBe("t1");
  });
});

describe("a request", () => {
  it("that creates something carries a key, the same when it is repeated", async () => {
    session.begin(grant("old"));
    const requests = fakeRest({
      "POST /api/rooms": ({ headers }) =>
        headers.get("Authorization") === "Bearer new" ? json({}, 201) : problem(401, "x", "x"),
      "POST /api/auth/refresh": () => json(grant("new")),
    });

    await request("POST", "/api/rooms", { body: { roomName: "a" }, creates: true });

    const keys = requests
      .filter(({ path }) => path === "/api/rooms")
      .map(({ headers }) => headers.get("Idempotency-Key"));
    expect(keys).toHaveLength(2);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[1]).toBe(keys[0]);
  });

  it("leaves out what a query does not say, and escapes the rest", async () => {
    const requests = fakeRest({ "GET /api/users": () => json([]) });

    await request("GET", "/api/users", { query: { query: "a&b", limit: undefined } });

    expect(requests[0]?.path).toBe("/api/users?query=a%26b");
  });

  it("refused by a proxy's page becomes a sentence", async () => {
    fakeRest({
      "GET /api/rooms": () =>
        new Response("<html>", { status: 502, headers: { "Content-Type": "text/html" } }),
    });

    await expect(request("GET", "/api/rooms")).rejects.toThrow(/trouble answering/);
  });

  it("refused for its fields names them by their last part", async () => {
    fakeRest({
      "POST /api/auth/register": () =>
        problem(422, "invalid", "Check the form.", [{ path: "body.email", message: "Taken." }]),
    });

    const refused = await request("POST", "/api/auth/register", { anonymous: true }).catch(
      (problemOf: unknown) => problemOf,
    );

    expect(refused).toMatchObject({ fields: new Map([["email", "Taken."]]) });
  });
});
