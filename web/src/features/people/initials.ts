/** What stands for a person without a picture. */

/** Each carries white text at 4.5:1 or better. */
const TINTS = [
  "#0f6b5f",
  "#9c3f1c",
  "#5b4b9e",
  "#8a5200",
  "#2b5f93",
  "#8f3467",
  "#4a6b1d",
  "#6b4a3a",
] as const;

/** Up to two letters: of the first and the last name. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(
    (word) => [...(word ?? "")][0] ?? "",
  );
  return letters.join("").toUpperCase() || "?";
}

export function tint(userId: string): string {
  let sum = 0;
  for (const character of userId) sum = (sum * 31 + character.charCodeAt(0)) >>> 0;
  return TINTS[sum % TINTS.length] ?? TINTS[0];
}
