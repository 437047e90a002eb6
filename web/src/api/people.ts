/** Your own profile, and what everybody may see of others. */
import type { Person, Profile } from "../protocol/rest";
import { request } from "./request";

/** null takes a value away. */
export interface ProfileChange {
  readonly fullName?: string | null;
  readonly username?: string;
  readonly contact?: string | null;
  readonly profilePicture?: null;
}

export function getProfile(): Promise<Profile> {
  return request("GET", "/api/user/profile");
}

export function changeProfile(change: ProfileChange): Promise<Profile> {
  return request("PATCH", "/api/user/profile", { body: change });
}

/** At most 200 ids; unknown ones are left out of the answer. */
export function getPeople(userIds: readonly string[]): Promise<Person[]> {
  return request("GET", "/api/users", { query: { ids: userIds.join(",") } });
}

/** The person whose username or email address is exactly `query`, or null. */
export async function findPerson(query: string): Promise<Person | null> {
  const [found] = await request<Person[]>("GET", "/api/users", { query: { query } });
  return found ?? null;
}
