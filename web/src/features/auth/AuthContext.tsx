/** Who is signed in, and how that changes. */
import { useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import * as api from "../../api/auth";
import { Problem } from "../../api/problem";
import { session } from "../../api/session";
import type { Grant, Profile } from "../../protocol/rest";
import { backoff } from "../../realtime/backoff";
import { forgetUnsent } from "../chat/unsent";

/** `unknown` until the server said whether the cookie still stands for somebody. */
export type AuthStatus = "unknown" | "unreachable" | "signedOut" | "signedIn";

export interface Auth {
  readonly status: AuthStatus;
  readonly user: Profile | null;
  readonly signIn: (identifier: string, password: string, rememberMe: boolean) => Promise<void>;
  /** Makes the account and signs in with it. */
  readonly signUp: (registration: api.Registration) => Promise<void>;
  readonly signOut: () => Promise<void>;
  /** Ask the server again after it could not be reached. */
  readonly retry: () => void;
}

export const AuthContext = createContext<Auth | null>(null);

export function AuthProvider({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient();
  const access = useSyncExternalStore(session.subscribe, session.current);
  const [asked, setAsked] = useState<"asking" | "failed" | "done">(
    session.isLikely && session.current() === null ? "asking" : "done",
  );

  const [failures, setFailures] = useState(0);

  const ask = useCallback(() => {
    session.renew().then(
      () => setAsked("done"),
      () => {
        setAsked("failed");
        setFailures((count) => count + 1);
      },
    );
  }, []);

  const retry = useCallback(() => {
    setAsked("asking");
    ask();
  }, [ask]);

  useEffect(() => {
    if (session.isLikely && session.current() === null) retry();
  }, [retry]);

  useEffect(() => {
    if (asked !== "failed") return;
    // Whoever waits for the server should not have to press for it.
    const timer = setTimeout(ask, backoff(failures, Math.random));
    return () => clearTimeout(timer);
  }, [asked, failures, ask]);

  const userId = access?.user.userId;
  useEffect(() => {
    // What one person saw must not greet the next one on the same machine.
    if (userId === undefined) queries.clear();
  }, [userId, queries]);

  const auth = useMemo<Auth>(
    () => ({
      status: statusOf(access !== null, asked),
      user: access?.user ?? null,
      retry,
      async signIn(identifier, password, rememberMe) {
        session.begin(await api.login(identifier, password, rememberMe));
      },
      async signUp(registration) {
        session.begin(await registered(registration));
      },
      async signOut() {
        await api.logout().finally(() => {
          session.end();
          forgetUnsent();
        });
      },
    }),
    [access, asked, retry],
  );
  return <AuthContext value={auth}>{children}</AuthContext>;
}

/**
 * A grant for the new account.
 *
 * An answer may be lost after the account was made, and then the gateway or the person repeats
 * the request: "already exists" may mean the account of this very person, who knows its password.
 */
async function registered(registration: api.Registration): Promise<Grant> {
  const login = () => api.login(registration.email, registration.password, true);
  try {
    await api.register(registration);
  } catch (refused) {
    if (!(refused instanceof Problem && refused.code === "user-already-exists")) throw refused;
    return login().catch(() => {
      throw refused;
    });
  }
  return login();
}

function statusOf(isSignedIn: boolean, asked: "asking" | "failed" | "done"): AuthStatus {
  if (isSignedIn) return "signedIn";
  if (asked === "asking") return "unknown";
  return asked === "failed" ? "unreachable" : "signedOut";
}

export function useAuth(): Auth {
  const auth = use(AuthContext);
  if (auth === null) throw new Error("useAuth needs an AuthProvider above it");
  return auth;
}

/** The signed-in person; for components that only ever render behind `ProtectedRoute`. */
export function useUser(): Profile {
  const { user } = useAuth();
  if (user === null) throw new Error("useUser needs a ProtectedRoute above it");
  return user;
}
