/** The far end of fetch, scripted. */
import { vi } from "vitest";

export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every kind
  readonly body: any;
}

type Answer = (request: SentRequest) => Response | Promise<Response>;

/** Answers "METHOD /path" (without its query) by these; returns every request that was made. */
export function fakeRest(answers: Record<string, Answer>): SentRequest[] {
  const requests: SentRequest[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit = {}) => {
    const request = {
      method: init.method ?? "GET",
      path: url,
      headers: new Headers(init.headers),
      body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
    };
    requests.push(request);
    const answer = answers[`${request.method} ${url.split("?")[0]}`];
    if (answer === undefined) return problem(404, "not-found", `No answer for ${url}`);
    return answer(request);
  });
  return requests;
}

export function json(body: unknown, status = 200): Response {
  return new Response(status === 204 ? null : JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/json" },
  });
}

export function problem(status: number, code: string, detail: string, errors?: object): Response {
  return new Response(JSON.stringify({ status, code, detail, errors }), {
    status,
    headers: { "Content-Type": "application/problem+json" },
  });
}

export const ADA = {
  userId: "u-ada",
  username: "ada",
  email: "ada@example.org",
  fullName: "Ada Lovelace",
  profilePicture: null,
  roles: ["user"],
};

export function grant(token = "t1") {
  return { token, expiresIn: 900, user: ADA };
}
