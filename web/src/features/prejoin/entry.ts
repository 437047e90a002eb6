/** What stands between a person and a room. */
import { Problem } from "../../api/problem";
import type { Room } from "../../protocol/rest";

/** Whether to ask for the password before trying: the invited and the admitted need none. */
export function needsPassword({ hasPassword, role, invited }: Room, userId: string): boolean {
  return hasPassword && role === null && !invited.includes(userId);
}

export type Refusal =
  | { readonly kind: "password"; readonly message: string }
  | { readonly kind: "other"; readonly message: string };

/** Why entering failed, and whether typing a password may help. */
export function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof Problem) {
    if (thrown.code === "room-password-required") {
      return { kind: "password", message: "This room has a password." };
    }
    if (thrown.code === "wrong-room-password") {
      return { kind: "password", message: "That is not the password of this room." };
    }
    return { kind: "other", message: thrown.message };
  }
  return { kind: "other", message: "You could not be let in. Try again." };
}
