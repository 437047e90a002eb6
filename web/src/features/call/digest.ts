/** What somebody who was not there missed of a call, and how it is said. Pure. */
import type { ChatDigest } from "../../protocol/rest";
import { roughly } from "../rooms/duration";
import { type CallView, others, raisedHands } from "./model";

/** How the call is now; people by name, each once, without oneself. */
interface Situation {
  /** Those who share their screen. */
  readonly sharing: readonly string[];
  /** Raised hands, the longest waiting first. */
  readonly hands: readonly string[];
  /** Null when the chat could not be asked. */
  readonly chat: ChatDigest | null;
}

/** For who joins a call that is going on already. */
export interface LateDigest extends Situation {
  readonly kind: "late";
  /** How long the call had been going. */
  readonly seconds: number;
  /** In the order they came. */
  readonly here: readonly string[];
}

/** For who was cut off. */
export interface AwayDigest extends Situation {
  readonly kind: "away";
  /** How long they were away. */
  readonly seconds: number;
  readonly left: readonly string[];
  readonly joined: readonly string[];
}

export type Digest = LateDigest | AwayDigest;

/** A call this young is news to nobody. */
const YOUNG_SECONDS = 60;

/** For who has just come into `call`. */
export function lateDigest(call: CallView, chat: ChatDigest | null): LateDigest {
  const own = call.peers.get(call.ownPeerId);
  const comingAt = Date.parse(own?.joinedAt ?? call.startedAt);
  return {
    kind: "late",
    // Two times of the server: this machine's clock may be wrong.
    seconds: Math.max(0, (comingAt - Date.parse(call.startedAt)) / 1_000),
    here: [...peopleIn(call).values()],
    ...situation(call, chat),
  };
}

/** For who knew the call as it was `before` and has it again as it is `now`. */
export function awayDigest(
  before: CallView,
  now: CallView,
  seconds: number,
  chat: ChatDigest | null,
): AwayDigest {
  const [then, today] = [peopleIn(before), peopleIn(now)];
  const without = (people: ReadonlyMap<string, string>, known: ReadonlyMap<string, string>) =>
    [...people].filter(([userId]) => !known.has(userId)).map(([, name]) => name);
  return {
    kind: "away",
    seconds,
    left: without(then, today),
    joined: without(today, then),
    ...situation(now, chat),
  };
}

/** Whether there is anything in it that is worth a person's attention. */
export function isWorthTelling(digest: Digest): boolean {
  if (digest.kind === "away") {
    return digest.left.length + digest.joined.length + messagesOf(digest) > 0;
  }
  if (digest.here.length === 0) return false;
  const isYoung = digest.seconds < YOUNG_SECONDS;
  return !isYoung || digest.sharing.length + digest.hands.length + messagesOf(digest) > 0;
}

/** The message to begin reading at: the first that names the person, or else the first. */
export function readFrom({ chat }: Digest): number | null {
  return chat === null ? null : (chat.firstNamingYou ?? chat.first);
}

export interface DigestWords {
  readonly title: string;
  readonly facts: readonly string[];
}

export function inWords(digest: Digest): DigestWords {
  const { sharing, hands, chat } = digest;
  const facts = [
    ...(digest.kind === "away"
      ? movement(digest)
      : [`${named(digest.here)} ${verb(digest.here, "is", "are")} here`]),
    ...(sharing.length > 0
      ? [`${named(sharing)} ${verb(sharing, "shares", "share")} a screen`]
      : []),
    ...handsInWords(hands),
    ...(chat === null || chat.messages === 0 ? [] : [messagesInWords(chat)]),
  ];
  const span = roughly(digest.seconds);
  const title =
    digest.kind === "late" ? `You joined ${span} into the call` : `You were away for ${span}`;
  return { title, facts };
}

function situation(call: CallView, chat: ChatDigest | null): Situation {
  const isOther = ({ peerId }: { readonly peerId: string }) => peerId !== call.ownPeerId;
  return {
    sharing: namesOf(others(call).filter(({ screen }) => screen)),
    hands: namesOf(raisedHands(call).filter(isOther)),
    chat,
  };
}

interface Named {
  readonly userId: string;
  readonly displayName: string;
}

/** User id to name of the others; a person with two devices is there once. */
function peopleIn(call: CallView): Map<string, string> {
  const own = call.peers.get(call.ownPeerId)?.userId;
  const people = others(call).filter(({ userId }) => userId !== own);
  return new Map(people.map(({ userId, displayName }) => [userId, displayName]));
}

function namesOf(people: readonly Named[]): string[] {
  return [...new Map(people.map(({ userId, displayName }) => [userId, displayName])).values()];
}

function messagesOf({ chat }: Digest): number {
  return chat?.messages ?? 0;
}

function movement({ left, joined }: AwayDigest): string[] {
  return [
    ...(left.length > 0 ? [`${named(left)} left`] : []),
    ...(joined.length > 0 ? [`${named(joined)} joined`] : []),
  ];
}

function handsInWords(hands: readonly string[]): string[] {
  const [first] = hands;
  if (first === undefined) return [];
  return [
    hands.length === 1 ? `${first} raised a hand` : `${hands.length} hands up, ${first} first`,
  ];
}

function messagesInWords({ messages, namingYou, isMore }: ChatDigest): string {
  const count = `${isMore ? "more than " : ""}${messages.toLocaleString("en")}`;
  const written = `${count} ${messages === 1 ? "message" : "messages"}`;
  return namingYou === 0
    ? written
    : `${written}, ${namingYou} ${namingYou === 1 ? "names" : "name"} you`;
}

const LONGEST_LIST = 3;
const LIST = new Intl.ListFormat("en-GB");

/** "Ada", "Ada and Bob", "Ada, Bob and 7 others". */
function named(names: readonly string[]): string {
  if (names.length <= LONGEST_LIST) return LIST.format(names);
  const shown = names.slice(0, LONGEST_LIST - 1);
  return LIST.format([...shown, `${names.length - shown.length} others`]);
}

function verb(who: readonly string[], one: string, many: string): string {
  return who.length === 1 ? one : many;
}
