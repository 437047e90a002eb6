/** The signed-in session: a short-lived access token in memory, renewed through the cookie. */
import type { Grant, Profile } from "../protocol/rest";
import { fetchPatiently } from "./patience";
import { Problem } from "./problem";

export interface Access {
  readonly token: string;
  readonly user: Profile;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** A token this close to its end is renewed first. */
const RENEW_BEFORE_MS = 30_000;
const HINT = "convo.signed-in";

export class Session {
  #access: Access | null = null;
  #renewing: Promise<Access | null> | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #otherTabs =
    typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("convo.session");

  constructor() {
    this.#otherTabs?.addEventListener("message", () => this.#forget());
  }

  readonly current = (): Access | null => this.#access;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Whether this browser has signed in before, so that asking for a token is worth a request. */
  get isLikely(): boolean {
    return localStorage.getItem(HINT) !== null;
  }

  begin(grant: Grant): Access {
    this.#access = {
      token: grant.token,
      user: grant.user,
      expiresAt: Date.now() + grant.expiresIn * 1000,
    };
    localStorage.setItem(HINT, "1");
    this.#announce();
    return this.#access;
  }

  /** Forget the person here and in every other tab. */
  end(): void {
    this.#forget();
    this.#otherTabs?.postMessage("ended");
  }

  showAs(user: Profile): void {
    if (this.#access === null) return;
    this.#access = { ...this.#access, user };
    this.#announce();
  }

  /**
   * An access token that is good for at least half a minute, or null when nobody is signed in.
   *
   * Throws `Problem` when the server cannot be asked; the session is then still standing.
   */
  async access(): Promise<Access | null> {
    if (this.#access === null) return null;
    if (this.#access.expiresAt - Date.now() > RENEW_BEFORE_MS) return this.#access;
    return this.renew();
  }

  /** Ask for a new token; callers that come meanwhile share the one request. */
  renew(): Promise<Access | null> {
    this.#renewing ??= exclusively(() => this.#requestGrant()).finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #requestGrant(): Promise<Access | null> {
    const response = await fetchPatiently("/api/auth/refresh", {
      method: "POST",
      headers: { "X-Convo-Refresh": "1" },
      credentials: "same-origin",
    });
    if (response.status === 401 || response.status === 403) {
      this.#forget();
      return null;
    }
    if (!response.ok) throw await Problem.of(response);
    return this.begin((await response.json()) as Grant);
  }

  #forget(): void {
    localStorage.removeItem(HINT);
    if (this.#access === null) return;
    this.#access = null;
    this.#announce();
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}

/**
 * One tab at a time: the refresh token rotates, and two tabs showing the same one would look
 * like theft. Browsers have locks on secure origins only.
 */
function exclusively<T>(work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  if (locks === undefined) return work();
  return locks.request("convo.refresh", work) as Promise<T>;
}

export const session = new Session();
