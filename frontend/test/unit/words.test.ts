import { describe, expect, test } from "vitest";
import { ACTIONS, CALL_STATES, type Call } from "../../src/contract/types.js";
import { groups, hearing, overdueWords, stateWords, targetWords } from "../../src/words/call.js";
import { phoneNumber } from "../../src/words/number.js";
import { callOutcome, happening, whyFailed } from "../../src/words/outcome.js";
import { problemWords } from "../../src/words/problem.js";
import { ago, duration, spokenDuration } from "../../src/words/time.js";
import { quality, oneWay } from "../../src/words/voice.js";
import { callAt, transferAt } from "../fixtures.js";

const T = Date.UTC(2026, 10, 22, 10);
const asTarget = (state: Call["state"]): Call =>
  callAt(T, state, { role: "target",
    transfer: transferAt(T, { by: { id: "bob", name: "Bob" }, to: { id: "alice", name: "Alice" } }) });

test.each(ACTIONS.filter((action) => action !== "decline"))("the history has words for %s (src/words/outcome.ts)", (what) => {
  expect(happening({ what, agent: "bob", name: "Bob", by: "alice", byName: "Alice" }, "carol")).not.toBe(what);
});

describe("why a target is refused", () => {
  test.each([
    ["target-not-allowed", "premium", "Premium-rate and other costly numbers may not be dialled."],
    ["target-not-allowed", "country", "Numbers in that country may not be dialled."],
    ["target-not-allowed", "short", "Emergency and other short numbers may not be dialled."],
    ["target-not-allowed", "not-e164", "There is no such phone number. Is a digit missing or too many?"],
    ["target-not-allowed", "own", "This is our own number."],
    ["target-not-allowed", "no-person", "This number is a pager or voicemail, not a person."],
    ["target-in-call", "caller", "This is the caller's own number."],
    ["target-in-call", "", "This colleague is in the call already."],
    ["too-many-numbers", "caller", "Too many outside numbers were dialled for this caller. Choose a colleague."],
  ])("%s, %s", (slug, reason, words) => expect(problemWords({ slug, status: 422, title: "",
    ...(reason ? { reason } : {}) })).toBe(words));
});

test.each([
  ["calling", "Bob", "Bob is calling this number already."],
  ["calling", "", "Somebody is calling this number already."],
  ["talks", "Bob", "Bob talks to this caller now."],
  ["talks", "", "Somebody talks to this caller now."],
  ["waiting", "", "This caller is in the line now. They are offered to whoever is free."],
  ["later", "Bob", "That number has a call on this line already."],
])("F345 a number has a call already: %s, %s", (reason, detail, words) =>
  expect(problemWords({ slug: "already-called", status: 409, title: "", reason, detail })).toBe(words));

describe("who hears whom", () => {
  const rows: [string, Call, boolean, string, string][] = [
    ["talking", callAt(T, "talking"), false, "voices", "hears you"],
    ["talking, muted (U7)", callAt(T, "talking"), true, "silence", "hears silence"],
    ["talking, held (U7)", callAt(T, "talking", { held: ["caller"] }), false, "music", "hears music"],
    ["held and muted", callAt(T, "talking", { held: ["caller"] }), true, "music", "hears music"],
    ["add-ringing", callAt(T, "add-ringing"), false, "voices", "hears you"],
    ["consult-ringing", callAt(T, "consult-ringing"), false, "music", "hears music"],
    ["consult-ringing, an outside party who is asked",
      callAt(T, "consult-ringing", { transfer: transferAt(T, { progress: "asked" }) }), false, "music", "hears music"],
    ["consulting", callAt(T, "consulting"), false, "music", "hears music"],
    ["consulting, target", asTarget("consulting"), false, "music", "hears music"],
    ["swapped", callAt(T, "swapped"), false, "voices", "hears you"],
    ["swapped, target", asTarget("swapped"), false, "voices", "hears Bob"],
    ["three-way", callAt(T, "three-way"), false, "voices", "hears you and Bob"],
    ["three-way, muted", callAt(T, "three-way"), true, "voices", "hears Bob"],
    ["completing", callAt(T, "completing"), false, "voices", "hears Bob"],
    ["completing, target", asTarget("completing"), false, "voices", "hears you"],
    ["ended", callAt(T, "ended"), false, "nothing", "is no longer on the line"],
    // F240, F241: the server says no more of a call that the agent has left; the hold may not be done yet.
    ["transferred now, the own line open", callAt(T, "ringing"), false, "unknown", "may still hear you"],
    ["given back, the own line open", callAt(T, "waiting"), false, "unknown", "may still hear you"],
    ["given back, the own line open, muted", callAt(T, "waiting"), true, "unknown", "is put on hold"],
    // F056, F076: Twilio has not done it yet, so everybody hears what they heard before.
    ["talking, hold overdue", callAt(T, "talking", { overdue: true }), false, "voices", "hears you"],
    ["talking, resume overdue", callAt(T, "talking", { held: ["caller"], overdue: true }), false, "music",
      "hears music"],
    ["swapped, the target not held yet", callAt(T, "swapped", { held: ["caller"], overdue: true }), false, "music",
      "hears music"],
    ["swapped, the caller not back yet", callAt(T, "swapped", { held: ["caller", "target"], overdue: true }), false,
      "music", "hears music"],
    ["consulting again, the caller not held yet", callAt(T, "consulting", { held: ["target"], overdue: true }), false,
      "voices", "hears you"],
    ["consulting again, neither held", callAt(T, "consulting", { held: [], overdue: true }), false, "voices",
      "hears you and Bob"],
    ["three-way, the caller still held", callAt(T, "three-way", { held: ["caller"], overdue: true }), false, "music",
      "hears music"],
    ["three-way, the target still held", callAt(T, "three-way", { held: ["target"], overdue: true }), false, "voices",
      "hears you"],
    ["completing, the caller still held", callAt(T, "completing", { held: ["caller"], overdue: true }), false, "music",
      "hears music"],
    ["ended, the caller still there", callAt(T, "ended", { overdue: true }), false, "voices", "hears you"],
  ];
  test.each(rows)("%s", (_name, call, muted, caller, words) => {
    expect(hearing(call, muted)).toMatchObject({ caller, callerWords: words });
  });

  test.each(CALL_STATES)("%s: words and groups tell the same", (state) => {
    const call = callAt(T, state);
    const says = hearing(call, false);
    expect(groups(call).music.includes("Caller")).toBe(says.caller === "music" && call.held.includes("caller"));
    expect(stateWords(call)).not.toBe("");
  });

  test.each(rows)("%s: the picture shows the caller where the words do", (_name, call, _muted, caller) => {
    expect(groups(call).music.includes("Caller")).toBe(caller === "music");
  });

  test("F056: what the network has not done yet is said", () => {
    expect(overdueWords(callAt(T, "talking"))).toBe("");
    expect(overdueWords(callAt(T, "talking", { overdue: true }))).toContain("has not done this yet");
    expect(overdueWords(callAt(T, "ended", { overdue: true }))).toContain("has not let the caller go yet");
  });

  test("the target who waits hears music, too", () => {
    expect(groups(asTarget("swapped"))).toEqual({ talking: ["Caller", "Bob"], music: ["You"], ringing: [] });
  });
});

describe("U15: the target's progress", () => {
  test.each<[Partial<ReturnType<typeof transferAt>>, string]>([
    [{ progress: "planned" }, "Putting the caller on hold, then calling Bob"],
    [{ progress: "planned", kind: "add" }, "About to call Bob"],
    [{ progress: "dialing" }, "Calling Bob"],
    [{ progress: "ringing" }, "Bob's phone is ringing"],
    [{ progress: "answered" }, "Bob is on the line"],
    [{ progress: "asked", to: { id: "+442079460999", name: "+442079460999" } },
      "+44 20 7946 0999 has picked up and is asked to accept"],
    [{ progress: "ended", outcome: "declined", reason: "not-my-topic" }, "Bob declined the call: not the right topic."],
    [{ progress: "ended", outcome: "no-answer" }, "Bob did not answer."],
    [{ progress: "ended", outcome: "cancelled" }, "You took the call to Bob back."],
    [{ progress: "ended", outcome: "lost" }, "Bob left the call."],
    [{ progress: "ended", outcome: "failed" }, "Bob could not be reached."],
    [{ progress: "ended", outcome: "failed:13227" },
      "Bob could not be reached: calls to that country are not allowed."],
    [{ progress: "ended", outcome: "failed:480" }, "Bob could not be reached: the page is closed or offline."],
    [{ progress: "ended", outcome: "failed:404" }, "Bob could not be reached: the page is closed or offline."],
    [{ progress: "ended", outcome: "failed:480", to: { id: "+442079460999", name: "+442079460999" } },
      "+44 20 7946 0999 could not be reached: the phone is off or out of reach."],
    [{ progress: "ended", outcome: "failed:404", to: { id: "+442079460999", name: "+442079460999" } },
      "+44 20 7946 0999 could not be reached: the number is not in use."],
    [{ progress: "ended", outcome: "failed:99999" },
      "Bob could not be reached: the call could not be put through (code 99999)."],
    [{ progress: "ended", outcome: "failed:slow" },
      "Bob could not be reached: the phone network is too slow; try again."], // F186
  ])("%o", (change, words) => {
    expect(targetWords(callAt(T, "talking", { transfer: transferAt(T, change) }))).toBe(words);
  });

  test.each<[string, string, string]>([
    ["carol", "cancelled", "Alice took the call to Bob back."],
    ["carol", "lost", "Bob left the call."],
    ["bob", "cancelled", "Alice took the call to you back."],
    ["bob", "answered", "You have taken the call."],
    ["bob", "no-answer", "You did not answer."],
    ["bob", "busy", "You were busy."],
    ["bob", "failed:480", "You could not be reached: the page is closed or offline."],
    ["bob", "lost", "You left the call."],
  ])("for %s, who owns the call after a transfer of Alice's to Bob: %s", (id, outcome, words) => {
    const transfer = transferAt(T, { progress: "ended", outcome });
    expect(targetWords(callAt(T, "talking", { owner: { id, name: id }, transfer }))).toBe(words);
  });

  test.each(["answered", "no-answer", "busy", "declined", "failed", "failed:31480", "cancelled", "caller-left", "lost",
    "something-new"])(
    "outcome %s has words", (outcome) => {
      expect(targetWords(callAt(T, "talking", { transfer: transferAt(T, { outcome }) }))).toMatch(/\w.*\.$/);
      expect(callOutcome(outcome, "Bob")).not.toBe("");
    });

  test("every code that a call can fail by has words", () => {
    const sip = [400, 401, 403, 404, 405, 406, 407, 408, 410, 415, 416, 420, 421, 429, 480, 481, 482, 483, 484, 485,
      486, 487, 488, 491, 493,
      500, 501, 502, 503, 504, 505, 513, 580, 600, 603, 604, 606, 607, 608];
    const twilio = [10001, 10004, 13223, 13224, 13225, 13226, 13227, 20003, 20005, 21201, 21203, 21210, 21211, 21212,
      21214, 21215, 21216, 21217, 21219];
    for (const code of [...sip, ...twilio]) {
      expect(whyFailed(String(code), false)).not.toContain("(code");
      expect(whyFailed(String(code), true)).not.toContain("(code");
    }
    expect(whyFailed("418", true)).toBe("the call could not be put through (code 418)");
  });
});

test("of a call that was ended for an agent it is not said why where nobody knows", () => {
  expect(callOutcome("cancelled", "Alice")).toBe("Alice took the call back");
  expect(callOutcome("cancelled", "")).toBe("A colleague took the call back");
  expect(callOutcome("lost", "")).toBe("The connection ended");
});

test("every entry of a history has words, for me and for others", () => {
  for (const what of ["arrive", "offer", "answer", "offer-failed", "consult", "add", "target-failed", "swap", "join",
    "complete", "completed",
    "cancel", "hold", "resume", "transferor-left", "target-left", "caller-left", "room-ended", "end", "expire"]) {
    for (const agent of ["me", "bob"]) {
      const words = happening({ what, agent, name: "Bob" }, "me");
      expect(words).not.toBe(what);
      expect(words).not.toContain("undefined");
    }
  }
  expect(happening({ what: "from-the-future" }, "me")).toBe("from-the-future");
  expect(happening({ what: "offer-failed", agent: "bob", name: "Bob", outcome: "failed:480" },
    "me")).toBe("Bob could not be reached: the page is closed or offline");
  expect(happening({ what: "target-failed", name: "+442079460999", outcome: "failed:503" },
    "me")).toBe("+44 20 7946 0999 could not be reached: the phone network is out of order or too busy");
  expect(happening({ what: "offer-failed", agent: "me", outcome: "busy" }, "me")).toBe("You were busy");
});

describe("a history says who did it, and only what is known", () => {
  const by = { by: "alice", byName: "Alice" };
  const bob = { agent: "bob", name: "Bob" };
  test.each<[Parameters<typeof happening>[0], string, string, string]>([
    [{ what: "consult", ...bob, ...by }, "Alice asked Bob for a private talk", "You asked Bob for a private talk",
      "Alice asked you for a private talk"],
    [{ what: "add", ...bob, ...by }, "Alice dialled Bob in", "You dialled Bob in", "Alice dialled you in"],
    [{ what: "cancel", ...bob, ...by }, "Alice took the call to Bob back", "You took the call to Bob back",
      "Alice took the call to you back"],
    [{ what: "end", agent: "alice", name: "Alice" }, "Alice ended the call", "You ended the call",
      "Alice ended the call"],
    [{ what: "transferor-left", agent: "alice", name: "Alice" }, "Alice left the call", "You left the call",
      "Alice left the call"],
    [{ what: "target-left", ...bob, ...by, outcome: "lost" }, "Bob left the call", "Bob left the call",
      "You left the call"],
    [{ what: "consult", ...bob, by: "alice" }, "A colleague asked Bob for a private talk",
      "You asked Bob for a private talk", "A colleague asked you for a private talk"],
    [{ what: "end" }, "The call was ended", "The call was ended", "The call was ended"],
  ])("%o", (h, others, alices, bobs) => {
    expect(["carol", "alice", "bob"].map((self) => happening(h, self))).toEqual([others, alices, bobs]);
  });
});

describe("numbers", () => {
  test.each([
    ["", "Private number"], ["+442079460123", "+44 20 7946 0123"], ["+14155550142", "+1 415 555 0142"],
    ["+4930901820", "+49 3090 1820"], ["+358401234567", "+358 4 0123 4567"], ["anonymous", "anonymous"],
      ["<b>x</b>", "<b>x</b>"],
  ])("%s", (number, words) => expect(phoneNumber(number)).toBe(words));
});

test("durations", () => {
  expect([-5, 0, 7000, 252_000, 3_765_000].map(duration)).toEqual(["0:00", "0:00", "0:07", "4:12", "1:02:45"]);
  expect([1000, 61_000, 120_000, 700_000].map(spokenDuration)).toEqual(["1 second", "1 minute 1 second", "2 minutes",
    "11 minutes"]);
  expect([0, 4000, 180_000, 7_200_000, 200_000_000].map(ago)).toEqual(["just now", "4 s ago", "3 min ago", "2 h ago",
    "2 days ago"]);
});

test("a refusal is said by its slug, then by its status, then by the server's title", () => {
  expect(problemWords({ slug: "target-not-free", status: 409, title: "x" })).toContain("cannot take a call");
  expect(problemWords({ slug: "never-heard-of", status: 409, title: "x" })).toContain("changed");
  expect(problemWords({ slug: "target-not-allowed", status: 422, title: "x",
    reason: "never-heard-of" })).toBe("This number may not be dialled.");
  expect(problemWords({ slug: "never-heard-of", status: 418, title: "I am a teapot" })).toBe("I am a teapot");
  expect(problemWords({ slug: "", status: 418, title: "" })).toBe("This did not work.");
});

test("F436: not all colleagues could be looked at --> that is said, and not that nobody is free", () => {
  const words = problemWords({ slug: "not-all-seen", status: 503, title: "x" });
  expect(words).toContain("Not all colleagues can be looked at");
  expect(words).not.toContain("No colleague is free");
});

test("F046: the worst warning decides the light", () => {
  expect(quality([])).toMatchObject({ light: "good" });
  expect(quality(["high-rtt"])).toMatchObject({ light: "fair" });
  expect(quality(["high-rtt", "low-bytes-received"])).toMatchObject({ light: "poor",
    words: "Nothing is heard from the other side" });
  expect(quality(["new-warning"]).light).toBe("fair");
  expect(oneWay(["low-bytes-sent"])).toBe(true);
});
