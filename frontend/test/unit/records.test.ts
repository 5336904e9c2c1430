/** What is kept of calls: decoded, in words, as a table, and by day in a time zone. */
import { describe, expect, test } from "vitest";
import { crmAddress, decodeConfig } from "../../src/config.js";
import { decodeCalls, decodeKnownCaller, decodeOwnNote, decodeRules } from "../../src/contract/records.js";
import type { CallRecord, Happening } from "../../src/contract/types.js";
import { NO_FILTER, spanOf, type Filter } from "../../src/state/history.js";
import { cell, csvOf } from "../../src/words/csv.js";
import { knownWords } from "../../src/words/known.js";
import { recordsProblem } from "../../src/words/problem.js";
import { legWords, timeline, transferWords } from "../../src/words/record.js";
import { addDays, dayAndTime, stamp, startOfDay } from "../../src/words/zone.js";
import { iso, knownAt, recordAt, RULES } from "../fixtures.js";

const T = Date.UTC(2026, 10, 22, 10);

describe("decoding", () => {
  const wire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

  test("a page, rules, a known caller and a note come through whole", () => {
    const page = { at: iso(T), calls: [recordAt(T)], cursor: "next" };
    expect(decodeCalls(wire(page))).toEqual(page);
    expect(decodeRules(wire(RULES))).toEqual(RULES);
    expect(decodeKnownCaller(wire(knownAt(T)))).toEqual(knownAt(T));
    expect(decodeKnownCaller({ count: 0 })).toEqual({ count: 0 });
    const closed = { ...recordAt(T), outcome: "closed" };
    expect(decodeCalls(wire({ at: iso(T), calls: [closed] }))?.calls).toEqual([closed]);
    expect(decodeKnownCaller(wire({ count: 1, last: { ...knownAt(T).last, outcome: "closed" } }))?.last?.outcome).toBe("closed");
    expect(decodeOwnNote({ note: recordAt(T).notes[0], version: 3 })).toEqual({ note: recordAt(T).notes[0], version: 3 });
    expect(decodeOwnNote({})).toEqual({ version: -1 });
  });

  test("an outcome of a newer server is shown as a call that has ended, and is not dropped", () => {
    const calls = [{ ...recordAt(T), outcome: "taken-by-a-robot", endedBy: "robot" }];
    expect(decodeCalls({ at: iso(T), calls })?.calls[0]).toMatchObject({ outcome: "unknown", endedBy: "unknown" });
  });

  test.each([null, [], "x", {}, { at: iso(T) }, { calls: [] }])("%j is no page", (value) => {
    expect(decodeCalls(value)).toBeNull();
  });

  test("a known caller without a count is none", () => expect(decodeKnownCaller({ name: "x" })).toBeNull());
});

describe("the timeline says who, why, how long on music, who handed over, what failed", () => {
  const said = (record: CallRecord, self = "erin"): string[] =>
    timeline(record, self).map((s) => [s.words, ...s.more].join(" | "));
  const of = (...history: (Partial<Happening> & { what: string; after: number })[]): CallRecord =>
    recordAt(T, { transfers: [], history: history.map(({ after, ...h }) => ({ at: iso(T + after * 1000), ...h })) });

  test("a consult that was handed over, as a supervisor and as the transferor read it", () => {
    expect(said(recordAt(T))).toEqual([
      "The caller arrived", "Carol did not answer", "Alice answered | The caller had heard music for 1:00",
      "Alice asked Bob for a private talk | Note: Invoice 2231 charged twice", "Bob answered", "Alice handed over",
      "Bob took the call over | The caller had heard music for 0:45", "The caller hung up",
    ]);
    expect(said(recordAt(T), "alice")[3]).toBe("You asked Bob for a private talk | Note: Invoice 2231 charged twice");
    expect(timeline(recordAt(T), "erin").filter((s) => s.failed).map((s) => s.words)).toEqual(["Carol did not answer"]);
  });

  const bob = { agent: "bob", name: "Bob", by: "alice", byName: "Alice" };
  const alice = { agent: "alice", name: "Alice" };

  test.each<[string, CallRecord, string[]]>([
    ["a decline with its reason gives the caller back", of({ after: 0, what: "arrive" }, { after: 10, what: "answer", ...alice },
      { after: 20, what: "consult", ...bob }, { after: 35, what: "target-failed", ...bob, outcome: "declined", reason: "busy" }),
    ["The caller arrived", "Alice answered | The caller had heard music for 0:10", "Alice asked Bob for a private talk",
      "Bob declined: busy | The caller had heard music for 0:15"]],
    ["a blind transfer that fails leaves the caller with music until somebody answers", of({ after: 0, what: "answer", ...alice },
      { after: 5, what: "blind", ...bob }, { after: 25, what: "target-failed", ...bob, outcome: "no-answer" },
      { after: 40, what: "answer", ...alice }),
    ["Alice answered", "Alice transferred the caller to Bob and left", "Bob did not answer",
      "Alice answered | The caller had heard music for 0:35"]],
    ["hold, and who did it", of({ after: 0, what: "answer", ...alice }, { after: 5, what: "hold", agent: "alice" },
      { after: 67, what: "resume", agent: "alice" }),
    ["Alice answered", "Alice put the caller on hold", "Alice took the caller off hold | The caller had heard music for 1:02"]],
    ["swaps", of({ after: 0, what: "answer", ...alice }, { after: 5, what: "consult", ...bob },
      { after: 10, what: "answer", agent: "bob", name: "Bob" }, { after: 20, what: "swap", agent: "alice" },
      { after: 30, what: "swap", agent: "alice" }, { after: 34, what: "join", agent: "alice" }),
    ["Alice answered", "Alice asked Bob for a private talk", "Bob answered",
      "Alice swapped between caller and colleague | The caller had heard music for 0:15",
      "Alice swapped between caller and colleague", "Alice brought everybody together | The caller had heard music for 0:04"]],
    ["a transferor who is lost while the target rings", of({ after: 0, what: "answer", ...alice }, { after: 5, what: "consult", ...bob },
      { after: 8, what: "transferor-left", ...alice }, { after: 15, what: "answer", agent: "bob", name: "Bob" }),
    ["Alice answered", "Alice asked Bob for a private talk", "Alice left the call",
      "Bob answered | The caller had heard music for 0:10"]],
    ["a transferor who is lost in the private talk", of({ after: 0, what: "answer", ...alice }, { after: 5, what: "consult", ...bob },
      { after: 8, what: "answer", agent: "bob", name: "Bob" }, { after: 15, what: "transferor-left", ...alice },
      { after: 15, what: "completed", ...bob, outcome: "answered" }),
    ["Alice answered", "Alice asked Bob for a private talk", "Bob answered",
      "Alice left the call | The caller had heard music for 0:10", "Bob took the call over"]],
    ["a caller who hangs up in a transfer is said to do so once", of({ after: 0, what: "answer", ...alice },
      { after: 5, what: "add", ...bob }, { after: 8, what: "caller-left", ...bob, outcome: "caller-left" },
      { after: 8, what: "caller-left" }),
    ["Alice answered", "Alice dialled Bob in", "The caller hung up"]],
  ])("%s", (_name, record, words) => expect(said(record)).toEqual(words));

  test("of a history that was cut short, nothing is said of music", () => {
    const entries = Array.from({ length: 100 }, (_, i) => ({ after: i, what: i % 2 ? "resume" : "hold", agent: "alice" }));
    expect(said(of(...entries)).join()).not.toContain("music");
  });

  test("a caller who met a closed line did not wait", () => {
    const waited = of({ after: 0, what: "arrive" }, { after: 1, what: "expire" });
    expect(said(waited)).toEqual(["The caller arrived", "The longest wait was reached | The caller had heard music for 0:01"]);
    expect(said({ ...waited, outcome: "closed" })).toEqual(["The caller arrived", "The line was closed"]);
  });

  test("what became of a transfer and of a leg", () => {
    expect(transferWords(recordAt(T).transfers[0]!)).toBe(
      "Alice asked Bob for a private talk; Bob has taken the call; note: Invoice 2231 charged twice");
    expect(recordAt(T).legs.map(legWords)).toEqual(["rang 0:20; missed", "rang 0:12, in the call 3:05",
      "rang 0:10, in the call 3:10"]);
  });
});

describe("F217: what is known of a caller", () => {
  const words = (change: Parameters<typeof knownAt>[1], self = "alice"): ReturnType<typeof knownWords> =>
    knownWords(knownAt(T, change), self, T, "UTC");

  test("how often, when last, with whom, the note in one line", () => {
    expect(words({})).toEqual({ name: "Mrs Young", calls: "Called 3 times before, last yesterday 10:00 with you and Bob",
      note: "refund: Refunded invoice 2231. Asks for a letter by post." });
  });

  const last = knownAt(T).last!;
  test.each<[Parameters<typeof knownAt>[1], string]>([
    [{ count: 0 }, "No earlier call is known"],
    [{ count: 1 }, "Called once before, last yesterday 10:00 with you and Bob"],
    [{ count: 100, more: true }, "Called more than 100 times before, last yesterday 10:00 with you and Bob"],
    [{ last: { ...last, with: [], outcome: "abandoned" } },
      "Called 3 times before, last yesterday 10:00, and hung up before an answer"],
    [{ last: { ...last, with: [], outcome: "expired" } }, "Called 3 times before, last yesterday 10:00, and waited too long"],
    [{ last: { ...last, with: [], outcome: "closed" } },
      "Called 3 times before, last yesterday 10:00, and the line was closed"],
    [{ last: { ...last, with: [], outcome: "unknown" } }, "Called 3 times before, last yesterday 10:00"],
  ])("%j", (change, calls) => expect(words(change).calls).toBe(calls));
});

describe("days in a time zone", () => {
  test.each([
    ["2026-11-29", "UTC", "2026-11-29T00:00:00.000Z"],
    ["2026-11-29", "Pacific/Auckland", "2026-11-28T11:00:00.000Z"],
    ["2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00.000Z"], // clocks go forward at 2
    ["2026-03-30", "Europe/Berlin", "2026-03-29T22:00:00.000Z"],
    ["2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00.000Z"], // and back at 3
    ["2026-10-26", "Europe/Berlin", "2026-10-25T23:00:00.000Z"],
    ["2026-04-24", "Africa/Cairo", "2026-04-23T22:00:00.000Z"], // forward at midnight: the day begins at 1
    ["2026-09-06", "America/Santiago", "2026-09-06T04:00:00.000Z"],
    ["2026-11-01", "America/Havana", "2026-11-01T04:00:00.000Z"], // back at 1, so that 0 o'clock is twice
    ["2026-11-29", "Asia/Kathmandu", "2026-11-28T18:15:00.000Z"],
  ])("%s in %s begins at %s", (date, zone, begins) => expect(iso(startOfDay(date, zone))).toBe(begins));

  test("no date", () => expect(startOfDay("", "UTC")).toBeNaN());

  test("words for a day", () => {
    expect([0, 11, 24, 24 * 30, 24 * 400].map((h) => dayAndTime(T - h * 3_600_000, T, "UTC"))).toEqual(
      ["today 10:00", "yesterday 23:00", "yesterday 10:00", "23 Oct 10:00", "18 Oct 2025 10:00"]);
    expect(dayAndTime(T, T, "Pacific/Auckland")).toBe("today 23:00");
    expect([addDays("2026-02-28", 1), addDays("2026-01-01", -1)]).toEqual(["2026-03-01", "2025-12-31"]);
  });

  const span = (change: Partial<Filter>): (string | undefined)[] => {
    const { from, to } = spanOf({ ...NO_FILTER, ...change }, T, "Europe/Berlin");
    return [from, to].map((t) => t?.slice(0, 13));
  };

  test.each<[Partial<Filter>, (string | undefined)[]]>([
    [{ when: "" }, [undefined, undefined]],
    [{ when: "today" }, ["2026-11-21T23", undefined]],
    [{ when: "yesterday" }, ["2026-11-20T23", "2026-11-21T23"]],
    [{ when: "week" }, ["2026-11-15T23", undefined]],
    [{ when: "month" }, ["2026-10-23T22", undefined]],
    [{ when: "span", from: "2026-11-03", to: "2026-11-03" }, ["2026-11-02T23", "2026-11-03T23"]], // one day
    [{ when: "span", from: "2026-11-03" }, ["2026-11-02T23", undefined]],
    [{ when: "span", to: "2026-11-03" }, [undefined, "2026-11-03T23"]],
  ])("the span of %j", (change, want) => expect(span(change)).toEqual(want));
});

describe("the table", () => {
  test.each([
    ["=1+1", `"'=1+1"`], ["+442079460123", `"'+442079460123"`], ["-1", `"'-1"`], ["@SUM(A1)", `"'@SUM(A1)"`],
    ["\t=1", `"'\t'=1"`], ["\r=1", `"'\r'=1"`], ["\n=1", `"'\n'=1"`], ["\uFF1D1", `"'\uFF1D1"`],
    ["plain", "plain"], ["a,b", '"a,b"'], ['say "yes"', '"say ""yes"""'], ["two\nlines", '"two\nlines"'],
    ['=cmd|"/c"', `"'=cmd|""/c"""`], ["", ""], [0, "0"], ["a=b", "a=b"],
    // The separator of another country's spreadsheet, and what is a row of its own there.
    ["a;=1", `"a;'=1"`], ["a;=1;-2", `"a;'=1;'-2"`], ["two\n=1", `"two\n'=1"`], ["two\r\n+1", `"two\r\n'+1"`],
    ["a; @x", `"a; '@x"`], ["a, -1", `"a, '-1"`], ["a\t=1", `"a\t'=1"`], [" =1", `" '=1"`], ["a;\uFF1D1", `"a;'\uFF1D1"`],
    ['a;"=1"', `"a;""'=1"""`], ["a; b-c", "a; b-c"],
  ])("%j becomes %s", (value, want) => expect(cell(value)).toBe(want));

  test("a caller who met a closed line is not said to have waited", () => {
    const row = (change: Partial<CallRecord>): string => csvOf([recordAt(T, { outcome: "expired", ...change })], "UTC");
    expect(row({})).toContain(",Waited too long,");
    expect(row({ outcome: "closed" })).toContain(",The line was closed,");
    expect(row({ outcome: "closed" })).not.toContain("Waited too long");
  });

  test("RFC 4180: lines end with CR LF, all have as many cells, times are in the zone that the title names", () => {
    const text = csvOf([recordAt(T), recordAt(T, { id: "=evil", notes: [], name: "@x" })], "Pacific/Auckland");
    const rows = text.split("\r\n");
    expect(rows).toHaveLength(4);
    expect(rows[0]).toBe("\uFEFFArrived (Pacific/Auckland),Answered (Pacific/Auckland),Ended (Pacific/Auckland),Caller,"
      + "Name,Verified,Outcome,Ended by,Place at arrival,Wait (s),Talk (s),Hold (s),Talked to,Transfers,Codes,Notes,Call");
    expect(rows[1]).toMatch(/^2026-11-22 22:53:20,2026-11-22 22:54:20,2026-11-22 23:00:00,"'\+442079460123",Mrs Young,yes,/);
    expect(rows[1]).toContain('"Bob: Refunded invoice 2231.\nAsks for a letter by post."');
    expect(rows[2]).toContain(`"'@x"`);
    expect(rows[2]).toContain(`"'=evil"`);
    expect(stamp(undefined, "UTC")).toBe("");
  });
});

test("F212: a refusal is shown with the server's reason, and none speaks of a call", () => {
  const problem = (slug: string, status: number, detail?: string) =>
    recordsProblem({ slug, status, title: "", ...(detail ? { detail } : {}) });
  expect(problem("malformed", 400, "The span has at most 92 days.")).toBe("The span has at most 92 days.");
  expect(problem("not-supervisor", 403)).toBe("Only a supervisor may see that.");
  for (const [slug, status] of [["unreachable", 0], ["timeout", 0], ["malformed", 400], ["unavailable", 503]] as const) {
    expect(problem(slug, status)).not.toMatch(/call|page/);
  }
});

describe("the caller in another system", () => {
  test.each([
    ["https://crm.example.com/?q={number}&c={call}", "+44 20", "CA1", "https://crm.example.com/?q=%2B44%2020&c=CA1"],
    ["https://crm.example.com/?q={number}", "", "CA1", ""], // a withheld number
    ["https://crm.example.com/{call}", "", "CA1", "https://crm.example.com/CA1"],
    ["http://crm.example.com/{number}", "+44", "CA1", ""],
    ["javascript:alert({number})", "1", "CA1", ""], ["https:///x{number}", "1", "CA1", ""], ["", "1", "CA1", ""],
    // A caller may have any name at a telephone system: none leads to another host than the operator's.
    ["https://crm{number}/x", ".evil.example", "CA1", ""], ["https://crm.example.com{number}", ".evil.example", "CA1", ""],
    ["https://{call}@crm.example.com/", "1", "evil.example", ""], ["https://crm.example.com:{number}/", "1", "CA1", ""],
  ])("%s of %s", (template, number, call, want) => expect(crmAddress(template, number, call)).toBe(want));

  test("config.json with an address that is none has none", () => {
    const crm = (value: unknown) => decodeConfig({ signIn: { authority: "https://i", clientId: "c" }, crm: value }).crm;
    expect(crm("https://crm.example.com/{number}")).toBe("https://crm.example.com/{number}");
    expect([crm("javascript:alert(1)"), crm(7), crm(undefined)]).toEqual(["", "", ""]);
  });
});
