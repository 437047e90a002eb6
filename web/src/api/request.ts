/** One REST request: the token, one retry after a renewal, problems as exceptions. */
import { newId } from "./newId";
import { fetchPatiently } from "./patience";
import { Problem } from "./problem";
import { session } from "./session";

export interface RequestOptions {
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** The request creates something: repeated, it must not create it twice. */
  readonly creates?: boolean;
  /** Send no token; a 401 is then an answer about credentials, not about the session. */
  readonly anonymous?: boolean;
  /** The page may be gone before the answer comes; the body then has at most 64 KiB. */
  readonly outlivesPage?: boolean;
}

type Method = "GET" | "POST" | "PATCH" | "DELETE";

/**
 * The JSON answer of `path`, or undefined for 204.
 *
 * Throws `Problem` for every refusal and when the server is not reached.
 */
export async function request<T>(
  method: Method,
  path: string,
  options: RequestOptions = {},
): Promise<T> {
  const key = options.creates ? newId() : null;
  const send = (token: string | null) => fetchOnce(method, path, options, token, key);

  if (options.anonymous) return read<T>(await send(null));

  const access = await session.access();
  const response = await send(access?.token ?? null);
  if (response.status !== 401) return read<T>(response);

  const renewed = await session.renew();
  if (renewed === null) throw await Problem.of(response);
  return read<T>(await send(renewed.token));
}

function fetchOnce(
  method: Method,
  path: string,
  { body, query = {}, outlivesPage = false }: RequestOptions,
  token: string | null,
  idempotencyKey: string | null,
): Promise<Response> {
  const headers = new Headers({ Accept: "application/json" });
  if (token !== null) headers.set("Authorization", `Bearer ${token}`);
  if (idempotencyKey !== null) headers.set("Idempotency-Key", idempotencyKey);
  if (body !== undefined) headers.set("Content-Type", "application/json");
  return fetchPatiently(withQuery(path, query), {
    method,
    headers,
    credentials: "same-origin",
    keepalive: outlivesPage,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

function withQuery(path: string, query: NonNullable<RequestOptions["query"]>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  if (given.length === 0) return path;
  return `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

async function read<T>(response: Response): Promise<T> {
  if (!response.ok) throw await Problem.of(response);
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
}
