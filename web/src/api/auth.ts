/** Accounts and sessions. */
import type { Grant } from "../protocol/rest";
import { request } from "./request";

export interface Registration {
  readonly fullName: string;
  readonly email: string;
  readonly password: string;
  readonly username?: string;
}

export function register(registration: Registration): Promise<{ userId: string }> {
  return request("POST", "/api/auth/register", {
    body: registration,
    anonymous: true,
    creates: true,
  });
}

/** `identifier` is a username or an email address; an @ tells which. */
export function login(identifier: string, password: string, rememberMe: boolean): Promise<Grant> {
  const who = identifier.includes("@") ? { email: identifier } : { username: identifier };
  return request("POST", "/api/auth/login", {
    body: { ...who, password, rememberMe },
    anonymous: true,
  });
}

export function logout(): Promise<void> {
  return request("POST", "/api/auth/logout");
}
