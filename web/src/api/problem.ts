/** An expected refusal, in the shape REST and the socket share. */
import type { ProblemDocument } from "../protocol/rest";

export class Problem extends Error {
  /** Stable; compare this, show `message`. */
  readonly code: string;
  /** HTTP status; 0 when no server was reached. */
  readonly status: number;
  readonly fields: ReadonlyMap<string, string>;
  readonly retryAfterSeconds: number | null;

  constructor(document: Partial<ProblemDocument>, retryAfterSeconds: number | null = null) {
    super(document.detail ?? document.title ?? "Something went wrong.");
    this.name = "Problem";
    this.code = document.code ?? "unknown";
    this.status = document.status ?? 0;
    // The server names a field by its path ("body.email"); forms know its last part.
    this.fields = new Map(
      (document.errors ?? []).map(({ path, message }) => [
        path.split(/[./]/).at(-1) ?? "",
        message,
      ]),
    );
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** Whether the same request may succeed a little later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  static unreachable(): Problem {
    return new Problem({
      code: "unreachable",
      status: 0,
      detail: "The server cannot be reached. Check your connection and try again.",
    });
  }

  /** Reads the problem a response carries; a proxy's HTML page becomes a plain sentence. */
  static async of(response: Response): Promise<Problem> {
    const retryAfter = Number(response.headers.get("Retry-After"));
    const seconds = Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null;
    const isJson = response.headers.get("Content-Type")?.includes("json") ?? false;
    if (!isJson) {
      return new Problem(
        {
          code: "unexpected-answer",
          status: response.status,
          detail: statusInWords(response.status),
        },
        seconds,
      );
    }
    const document = (await response.json()) as Partial<ProblemDocument>;
    return new Problem({ ...document, status: document.status ?? response.status }, seconds);
  }
}

function statusInWords(status: number): string {
  if (status === 413) return "That is too large.";
  if (status === 429) return "Too many requests. Wait a moment and try again.";
  if (status >= 500) return "The server has trouble answering. Try again in a moment.";
  return "The server refused this.";
}

/** A sentence for people, whatever was thrown. */
export function inWords(thrown: unknown): string {
  return thrown instanceof Error && thrown.message !== ""
    ? thrown.message
    : "Something went wrong. Try again.";
}
