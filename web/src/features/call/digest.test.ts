import { describe, expect, it } from "vitest";
import type { Peer } from "../../protocol/frames";
import type { ChatDigest } from "../../protocol/rest";
import { awayDigest, inWords, isWorthTelling, lateDigest, readFrom } from "./digest";
import type { CallView } from "./model";

const START = "2026-01-05T10:00:00.000Z";

function peer(name: string, more: Partial<Peer> = {}): Peer {
  return {
    peerId: `p-${name}`,
    userId: `u-${name}`,
    displayName: name,
    role: "participant",
    state: "connected",
    audio: false,
    video: false,
    screen: false,
    handRaisedAt: null,
    joinedAt: START,
    ...more,
  };
}

/** The call as Ada sees it, who came 42 minutes after it began. */
function call(...others: Peer[]): CallView {
  const ada = peer("Ada", { joinedAt: "2026-01-05T10:42:10.000Z" });
  return {
    meetingId: "m",
    seq: 1,
    startedAt: START,
    topology: "mesh",
    workerId: null,
    ownPeerId: ada.peerId,
    peers: new Map([ada, ...others].map((one) => [one.peerId, one])),
  };
}

const chat = (more: Partial<ChatDigest> = {}): ChatDigest => ({
  messages: 0,
  namingYou: 0,
  first: null,
  firstNamingYou: null,
  newest: 0,
  isMore: false,
  ...more,
});
const SOME = chat({ messages: 12, namingYou: 2, first: 4, firstNamingYou: 9, newest: 15 });

describe("who comes late", () => {
  it("hears how long it has been going, who is here, who shares, whose hand was first", () => {
    const digest = lateDigest(
      call(
        peer("Bea", { screen: true }),
        peer("Carl", { handRaisedAt: "2026-01-05T10:30:00.000Z" }),
        peer("Dora", { handRaisedAt: "2026-01-05T10:20:00.000Z" }),
      ),
      SOME,
    );

    expect(inWords(digest)).toEqual({
      title: "You joined 42 min into the call",
      facts: [
        "Bea, Carl and Dora are here",
        "Bea shares a screen",
        "2 hands up, Dora first",
        "12 messages, 2 name you",
      ],
    });
    expect(isWorthTelling(digest)).toBe(true);
  });

  it("is not told of a call that has just begun, unless something happened in it", () => {
    const young = { ...call(peer("Bea")), startedAt: "2026-01-05T10:42:00.000Z" };

    expect(isWorthTelling(lateDigest(young, chat()))).toBe(false);
    expect(isWorthTelling(lateDigest(young, null))).toBe(false);
    expect(isWorthTelling(lateDigest(young, SOME))).toBe(true);
    const shared = { ...call(peer("Bea", { screen: true })), startedAt: young.startedAt };
    expect(isWorthTelling(lateDigest(shared, null))).toBe(true);
  });

  it("is not told of a call with nobody in it", () => {
    expect(isWorthTelling(lateDigest(call(), SOME))).toBe(false);
  });

  it("hears of many people by the first of them, and of one with two devices once", () => {
    const many = call(...["Bea", "Carl", "Dora", "Eve"].map((name) => peer(name)));
    const twice = call(peer("Bea"), peer("Bea", { peerId: "p-phone" }));
    const self = call(peer("Ada", { peerId: "p-phone" }), peer("Bea"));

    expect(inWords(lateDigest(many, null)).facts).toEqual(["Bea, Carl and 2 others are here"]);
    expect(inWords(lateDigest(twice, null)).facts).toEqual(["Bea is here"]);
    expect(inWords(lateDigest(self, null)).facts).toEqual(["Bea is here"]);
  });

  it("is told the same whatever this machine's clock says", () => {
    const early = { ...call(peer("Bea")), startedAt: "2026-01-05T10:50:00.000Z" };

    expect(lateDigest(early, null).seconds).toBe(0);
  });
});

describe("who was away", () => {
  it("hears who left, who joined and what was written", () => {
    const digest = awayDigest(
      call(peer("Bea"), peer("Eve")),
      call(peer("Eve"), peer("Carl")),
      95,
      SOME,
    );

    expect(inWords(digest)).toEqual({
      title: "You were away for 1 min",
      facts: ["Bea left", "Carl joined", "12 messages, 2 name you"],
    });
  });

  it("is not told who only came back with another device, nor that nothing happened", () => {
    const digest = awayDigest(
      call(peer("Bea")),
      call(peer("Bea", { peerId: "p-new" })),
      95,
      chat(),
    );

    expect(digest).toMatchObject({ left: [], joined: [] });
    expect(isWorthTelling(digest)).toBe(false);
    expect(isWorthTelling({ ...digest, left: ["Bea"] })).toBe(true);
    expect(isWorthTelling({ ...digest, chat: SOME })).toBe(true);
  });
});

describe("messages", () => {
  const words = (more: Partial<ChatDigest>) =>
    inWords(lateDigest(call(peer("Bea")), chat(more))).facts.at(-1);

  it("are counted in words", () => {
    expect(words({ messages: 1, namingYou: 1 })).toBe("1 message, 1 names you");
    expect(words({ messages: 3 })).toBe("3 messages");
    expect(words({ messages: 1_000, isMore: true })).toBe("more than 1,000 messages");
    expect(words({})).toBe("Bea is here");
  });

  it("are read from the first that names one, or else from the first", () => {
    const from = (digest: ChatDigest | null) => readFrom(lateDigest(call(), digest));

    expect(from(SOME)).toBe(9);
    expect(from({ ...SOME, firstNamingYou: null })).toBe(4);
    expect(from(chat())).toBeNull();
    expect(from(null)).toBeNull();
  });
});
