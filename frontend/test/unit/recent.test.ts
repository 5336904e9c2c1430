import { describe, expect, test } from "vitest";
import { recentCalls } from "../../src/state/recent.js";
import { callOutcome } from "../../src/words/outcome.js";
import { reduce } from "../../src/state/reduce.js";
import { initial } from "../../src/state/state.js";
import type { Event } from "../../src/state/event.js";
import { CALLER, iso, snapshotAt } from "../fixtures.js";
import { T, after, talking } from "./events.js";

describe("U31: recent calls", () => {
  const gone: Event = { type: "leg-gone", at: T + 60_000 };
  const left = after([...talking("three-way"), { type: "leave" }, gone]);

  test("what this page saw, until the server tells", () => {
    expect(recentCalls(left)).toMatchObject([{ outcome: "handed-over", with: "Bob" }]);
  });

  test("the server's list, with missed calls, and with whom from this page", () => {
    const recent = [
      { outcome: "no-answer", at: iso(T + 90_000), began: iso(T + 70_000), caller: "" },
      { outcome: "transferred", at: iso(T + 60_800), began: iso(T), caller: CALLER },
    ];
    const told = reduce(left, { type: "snapshot", snapshot: snapshotAt(T + 91_000, { agent: { recent } }),
      at: T + 91_000 });
    expect(recentCalls(told)).toMatchObject([
      { outcome: "no-answer", number: "", talkedMs: 0 },
      { outcome: "handed-over", with: "Bob", talkedMs: 60_800 },
    ]);
  });

  test("left while a colleague was rung: the server's word for what became of it counts, but none of a loss", () => {
    const leaving = after([...talking("consult-ringing"), { type: "leave" }, gone]);
    const list = (outcome: string) => {
      const recent = [{ outcome, at: iso(T + 60_100), began: iso(T), caller: CALLER }];
      return recentCalls(reduce(leaving,
        { type: "snapshot", snapshot: snapshotAt(T + 61_000, { agent: { recent } }), at: T + 61_000 }));
    };
    expect([list("lost"), list("caller-left")].map((l) => l.map((r) => r.outcome))).toEqual([["left-ringing"],
      ["caller-left"]]);
  });

  test("F192: what rang is in the list with its words, and with a fresh tab nothing is missing", () => {
    const recent = [
      { outcome: "caller-left", at: iso(T + 90_000), began: iso(T + 70_000), caller: "sip:1001@pbx.example.com",
        call: "CA2", rang: true as const },
      { outcome: "transferred", at: iso(T + 60_800), began: iso(T), caller: CALLER, call: "CAconference1",
        with: "Bob" },
      { outcome: "cancelled", at: iso(T + 5000), began: iso(T), caller: CALLER, call: "CAconference1",
        rang: true as const, with: "+442079460999" },
      { outcome: "ended-here", at: iso(T), began: iso(T - 9000), caller: "", call: "CA0" },
    ];
    const snapshot = snapshotAt(T + 91_000, { agent: { recent } });
    const want = [
      { number: "sip:1001@pbx.example.com", outcome: "caller-left", rang: true, talkedMs: 0 },
      { number: CALLER, with: "Bob", talkedMs: 60_800 },
      { number: CALLER, outcome: "cancelled", rang: true, with: "+44 20 7946 0999" },
      { number: "", outcome: "ended-here", talkedMs: 9000 },
    ];
    const fresh = recentCalls(reduce(initial, { type: "snapshot", snapshot, at: T + 91_000 }));
    expect(fresh).toMatchObject(want);
    expect(fresh.map((r) => callOutcome(r.outcome, r.with, r.rang))).toEqual([
      "The caller hung up before you answered", "Handed over to Bob",
        "+44 20 7946 0999 took the call back before you answered", "You ended the call",
    ]);
    expect(recentCalls(reduce(left, { type: "snapshot", snapshot, at: T + 91_000 }))).toMatchObject(want);
  });

  test("a call that the server has not told yet is not lost from the list", () => {
    const told = reduce(left, { type: "snapshot", snapshot: snapshotAt(T + 60_100, { agent: { recent: [] } }),
      at: T + 60_100 });
    expect(recentCalls(told)).toHaveLength(1);
  });
});
