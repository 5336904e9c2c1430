import { describe, expect, test } from "vitest";
import { CALL_STATES, type Call } from "../../src/contract/types.js";
import { groups, hearing, overdueWords, stateWords, targetWords } from "../../src/words/call.js";
import { phoneNumber, typedNumber } from "../../src/words/number.js";
import { callOutcome, happening, targetOutcome } from "../../src/words/outcome.js";
import { problemWords } from "../../src/words/problem.js";
import { ago, duration, spokenDuration } from "../../src/words/time.js";
import { quality, oneWay } from "../../src/words/voice.js";
import { callAt, transferAt } from "../fixtures.js";

const T = Date.UTC(2026, 10, 22, 10);
const asTarget = (state: Call["state"]): Call =>
  callAt(T, state, { role: "target", transfer: transferAt(T, { by: { id: "bob", name: "Bob" }, to: { id: "alice", name: "Alice" } }) });

describe("who hears whom", () => {
  const rows: [string, Call, boolean, string, string][] = [
    ["talking", callAt(T, "talking"), false, "voices", "hears you"],
    ["talking, muted (U7)", callAt(T, "talking"), true, "silence", "hears silence"],
    ["talking, held (U7)", callAt(T, "talking", { held: ["caller"] }), false, "music", "hears music"],
    ["held and muted", callAt(T, "talking", { held: ["caller"] }), true, "music", "hears music"],
    ["add-ringing", callAt(T, "add-ringing"), false, "voices", "hears you"],
    ["consult-ringing", callAt(T, "consult-ringing"), false, "music", "hears music"],
    ["consult-ringing, an outside party who is asked", callAt(T, "consult-ringing", { transfer: transferAt(T, { progress: "asked" }) }), false, "music", "hears music"],
    ["consulting", callAt(T, "consulting"), false, "music", "hears music"],
    ["consulting, target", asTarget("consulting"), false, "music", "hears music"],
    ["swapped", callAt(T, "swapped"), false, "voices", "hears you"],
    ["swapped, target", asTarget("swapped"), false, "voices", "hears Bob"],
    ["three-way", callAt(T, "three-way"), false, "voices", "hears you and Bob"],
    ["three-way, muted", callAt(T, "three-way"), true, "voices", "hears Bob"],
    ["completing", callAt(T, "completing"), false, "voices", "hears Bob"],
    ["completing, target", asTarget("completing"), false, "voices", "hears you"],
    ["ended", callAt(T, "ended"), false, "nothing", "is no longer on the line"],
    // F056, F076: the network has not done it yet, and what is heard is what was heard before.
    ["talking, hold overdue", callAt(T, "talking", { overdue: true }), false, "voices", "hears you"],
    ["talking, resume overdue", callAt(T, "talking", { held: ["caller"], overdue: true }), false, "music", "hears music"],
    ["swapped, the target not held yet", callAt(T, "swapped", { held: ["caller"], overdue: true }), false, "music", "hears music"],
    ["swapped, the caller not back yet", callAt(T, "swapped", { held: ["caller", "target"], overdue: true }), false, "music", "hears music"],
    ["consulting again, the caller not held yet", callAt(T, "consulting", { held: ["target"], overdue: true }), false, "voices", "hears you"],
    ["consulting again, neither held", callAt(T, "consulting", { held: [], overdue: true }), false, "voices", "hears you and Bob"],
    ["three-way, the caller still held", callAt(T, "three-way", { held: ["caller"], overdue: true }), false, "music", "hears music"],
    ["three-way, the target still held", callAt(T, "three-way", { held: ["target"], overdue: true }), false, "voices", "hears you"],
    ["completing, the caller still held", callAt(T, "completing", { held: ["caller"], overdue: true }), false, "music", "hears music"],
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

  test("the target who waits hears music herself", () => {
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
    [{ progress: "asked", to: { id: "+442079460999", name: "+442079460999" } }, "+44 20 7946 0999 has picked up and is asked to accept"],
    [{ progress: "ended", outcome: "declined", reason: "not-my-topic" }, "Bob declined the call: not the right topic."],
    [{ progress: "ended", outcome: "no-answer" }, "Bob did not answer."],
    [{ progress: "ended", outcome: "failed:13227" }, "Bob could not be reached: calls to that country are not allowed."],
    [{ progress: "ended", outcome: "failed:99999" }, "Bob could not be reached: the phone network said 99999."],
  ])("%o", (change, words) => {
    expect(targetWords(callAt(T, "talking", { transfer: transferAt(T, change) }))).toBe(words);
  });

  test.each(["answered", "no-answer", "busy", "declined", "failed", "failed:31480", "cancelled", "caller-left", "lost", "something-new"])(
    "outcome %s has words", (outcome) => {
      expect(targetOutcome("Bob", outcome)).toMatch(/\w.*\.$/);
      expect(callOutcome(outcome, "Bob")).not.toBe("");
    });
});

test("every line of a history has words, for me and for others", () => {
  for (const what of ["arrive", "offer", "answer", "offer-failed", "consult", "add", "target-failed", "swap", "join", "complete", "completed",
    "cancel", "hold", "resume", "transferor-left", "target-left", "caller-left", "room-ended", "end", "expire"]) {
    for (const agent of ["me", "bob"]) {
      const words = happening({ what, agent, name: "Bob" }, "me");
      expect(words).not.toBe(what);
      expect(words).not.toContain("undefined");
    }
  }
  expect(happening({ what: "from-the-future" }, "me")).toBe("from-the-future");
  expect(happening({ what: "offer-failed", agent: "me", outcome: "busy" }, "me")).toBe("You were busy");
});

describe("numbers", () => {
  test.each([
    ["", "Private number"], ["+442079460123", "+44 20 7946 0123"], ["+14155550142", "+1 415 555 0142"],
    ["+4930901820", "+49 3090 1820"], ["+358401234567", "+358 4 0123 4567"], ["anonymous", "anonymous"], ["<b>x</b>", "<b>x</b>"],
  ])("%s", (number, words) => expect(phoneNumber(number)).toBe(words));
});

test.each([["+44 20 7946-0123", "+442079460123"], ["0044 (20) 79460123", "+442079460123"], ["020 7946 0123", ""], ["bob", ""], ["+1", ""], ["+442079460123;ext=1", ""]])(
  "F157: typed %s --> %s", (typed, number) => expect(typedNumber(typed)).toBe(number));

test("durations", () => {
  expect([-5, 0, 7000, 252_000, 3_765_000].map(duration)).toEqual(["0:00", "0:00", "0:07", "4:12", "1:02:45"]);
  expect([1000, 61_000, 120_000, 700_000].map(spokenDuration)).toEqual(["1 second", "1 minute 1 second", "2 minutes", "11 minutes"]);
  expect([0, 4000, 180_000, 7_200_000, 200_000_000].map(ago)).toEqual(["just now", "4 s ago", "3 min ago", "2 h ago", "2 days ago"]);
});

test("a refusal is said by its slug, then by its status, then by the server's title", () => {
  expect(problemWords({ slug: "target-not-free", status: 409, title: "x" })).toContain("cannot take a call");
  expect(problemWords({ slug: "never-heard-of", status: 409, title: "x" })).toContain("changed");
  expect(problemWords({ slug: "never-heard-of", status: 418, title: "I am a teapot" })).toBe("I am a teapot");
  expect(problemWords({ slug: "", status: 418, title: "" })).toBe("This did not work.");
});

test("F046: the worst warning decides the light", () => {
  expect(quality([])).toMatchObject({ light: "good" });
  expect(quality(["high-rtt"])).toMatchObject({ light: "fair" });
  expect(quality(["high-rtt", "low-bytes-received"])).toMatchObject({ light: "poor", words: "Nothing is heard from the other side" });
  expect(quality(["new-warning"]).light).toBe("fair");
  expect(oneWay(["low-bytes-sent"])).toBe(true);
});
