/** The states of what is kept of calls: the history, a known caller, the note after a call. */
import type { CallRecord, CallRules, KnownCaller, Problem, Snapshot } from "../../src/contract/types.js";
import type { Event } from "../../src/state/event.js";
import { callAt, iso, knownAt, recordAt, ringAt, RULES, snapshotAt } from "../fixtures.js";
import { inside, online, resting, talking, type Scene } from "./scenes.js";

const rules = (change: Partial<CallRules> = {}): Event => ({ type: "rules", rules: { ...RULES, ...change } });

const SUPERVISOR = rules({ supervisor: true });

const unnamed = (now: number, change: Partial<CallRecord>): CallRecord => {
  const { name: _name, ...record } = recordAt(now, change);
  return record;
};

const records = (now: number): CallRecord[] => [
  recordAt(now - 600_000),
  unnamed(now - 4_000_000, { id: "CA2", outcome: "abandoned", caller: "", legs: [], notes: [], transfers: [], talk: 0,
    history: [{ at: iso(now - 4_100_000), what: "arrive" }, { at: iso(now - 4_000_000), what: "caller-left" }] }),
  ...Array.from({ length: 4 }, (_, i) => unnamed(now - 90_000_000 * (i + 1), { id: `CA${i + 3}`, notes: [],
    caller: i === 1 ? "sip:+447700900123@a-rather-long-name.pbx.example.com" : "+14155550142" })),
];

const closed = (now: number): CallRecord => unnamed(now, { id: "CA9", outcome: "closed", endedBy: "line",
  legs: [], notes: [], transfers: [], talk: 0, wait: 0, hold: 0,
  history: [{ at: iso(now - 5000), what: "arrive" }, { at: iso(now - 5000), what: "expire" }] });

/** Missed calls: open, called back in vain, called back, called again; one who has left no message; places not called. */
const missed = (now: number): CallRecord[] => {
  const bob = { id: "bob", name: "Bob" };
  const call = (n: number, change: Partial<CallRecord>): CallRecord => ({ ...closed(now - 400_000 * n),
    id: `CAm${n}`, outcome: "abandoned", endedBy: "caller", missed: true, wait: 65, caller: `+1415555010${n}`, ...change });
  return [
    call(1, {}),
    call(2, { later: { by: bob, at: iso(now - 60_000), back: true, outcome: "busy" } }),
    call(3, { outcome: "voicemail", endedBy: "line", message: "none",
      later: { by: { id: "alice", name: "Alice" }, at: iso(now - 70_000), back: true, outcome: "answered" } }),
    call(4, { outcome: "closed", endedBy: "line", later: { by: bob, at: iso(now - 80_000), outcome: "answered" } }),
    call(5, { outcome: "unreached", endedBy: "line", out: { by: { id: "", name: "" }, outcome: "no-answer" } }),
    call(6, { outcome: "unreached", endedBy: "line", out: { by: { id: "", name: "" }, outcome: "not-allowed" } }),
  ];
};

const foundMissed = (now: number): Event[] => {
  const asked = { missed: true };
  return [rules({ missed: true, callBack: true }), { type: "side", side: "history" },
    { type: "history-filter", filter: { outcome: "missed" } },
    { type: "history-ask", asked, more: false }, { type: "history-page", asked, page: { at: iso(now), calls: missed(now) } }];
};

const found = (now: number, calls: readonly CallRecord[], cursor = ""): Event[] => {
  const asked = {};
  return [{ type: "side", side: "history" }, { type: "history-ask", asked, more: false },
    { type: "history-page", asked, page: { at: iso(now), calls, ...(cursor ? { cursor } : {}) } }];
};

const refused = (problem: Problem): Event[] => {
  const asked = {};
  return [{ type: "side", side: "history" },
    { type: "history-filter", filter: { when: "span", from: "2026-01-01", to: "2026-11-01", text: "refund" } },
    { type: "history-ask", asked, more: false }, { type: "history-failed", asked, problem }];
};

const known = (now: number, change: Partial<KnownCaller> = {}): Event =>
  ({ type: "caller", call: "CAconference1", known: knownAt(now, change) });

const rings = (now: number, number?: string): Event[] => [...online(now), rules(),
  { type: "leg-ringing", sid: "CA1", ring: ringAt(now, number === undefined ? {} : { number }), at: now }];

const inCall = (now: number, more: Event[] = []): Event[] => [...talking(now, callAt(now, "talking")), rules(), ...more];

/** The call has ended; `agent` is what the server says of Alice then. */
const over = (now: number, more: Event[] = [], agent: Partial<Snapshot["agent"]> = resting(now)): Event[] => [
  ...talking(now, callAt(now, "talking")), rules(), { type: "leg-gone", at: now },
  { type: "snapshot", at: now + 2, snapshot: snapshotAt(now + 2,
    { agent: { ...agent, last: { outcome: "caller-left", at: iso(now + 1), call: "CAconference1" } } }) }, ...more,
];

const told = (note = "", code = "", version = 0): Event => ({ type: "note-told", call: "CAconference1", version,
  note: note ? { by: { id: "alice", name: "Alice" }, at: iso(0), note, code } : undefined });
const typed = (note: string): Event => ({ type: "note-typed", call: "CAconference1", fields: { note }, at: 0 });
const gone: Event = { type: "note-failed", call: "CAconference1",
  problem: { slug: "malformed", status: 400, title: "", detail: "There is no such code." } };
const failed = (slug: string, status: number): Event => ({ type: "note-failed", call: "CAconference1",
  problem: { slug, status, title: "" } });

const LONG = "A call back was promised by the end of last week, in vain. ".repeat(40);

export const recordScenes: readonly Scene[] = [
  { name: "history", events: (now) => [...online(now), rules(), ...found(now, records(now), "next")] },
  { name: "history-looking", events: (now) => [...online(now), rules(), { type: "side", side: "history" },
    { type: "history-ask", asked: {}, more: false }] },
  { name: "history-nothing", events: (now) => [...online(now), rules(),
    { type: "history-filter", filter: { text: "refund" } }, ...found(now, [])] },
  { name: "history-nothing-yet", events: (now) => [...online(now), rules(),
    { type: "history-filter", filter: { text: "refund" } }, ...found(now, [], "next")] },
  { name: "history-supervisor", events: (now) => [...online(now), SUPERVISOR, ...found(now, records(now))] },
  { name: "history-exporting", like: "history-supervisor", events: (now) => [...online(now), SUPERVISOR,
    ...found(now, records(now)), { type: "history-read", read: 350 }] },
  { name: "history-refused", events: (now) => [...online(now), SUPERVISOR,
    ...refused({ slug: "malformed", status: 400, title: "", detail: "The span has at most 92 days." })] },
  { name: "history-unreachable", events: (now) => [...online(now), rules(),
    ...refused({ slug: "unavailable", status: 503, title: "" })] },
  { name: "history-record", events: (now) => [...online(now), rules(), ...found(now, records(now)),
    { type: "history-open", call: "CArecord1" }] },
  { name: "history-closed", events: (now) => [...online(now), rules(), ...found(now, [closed(now), ...records(now)])] },
  { name: "history-record-closed", events: (now) => [...online(now), rules(), ...found(now, [closed(now)]),
    { type: "history-open", call: "CA9" }] },
  { name: "history-missed", events: (now) => [...online(now), ...foundMissed(now)] },
  { name: "history-record-missed", events: (now) => [...online(now), ...foundMissed(now),
    { type: "history-open", call: "CAm3" }] },
  { name: "history-record-note", events: (now) => [...online(now), rules(), ...found(now, records(now)),
    { type: "history-open", call: "CArecord1" }, { type: "note-open", call: "CArecord1" },
    { type: "note-told", call: "CArecord1", note: undefined, version: 0 },
    { type: "note-typed", call: "CArecord1", fields: { note: "Called again." }, at: 0 }] },
  { name: "history-in-call", like: "call-talking", events: (now) => inCall(now, found(now, records(now))) },
  { name: "history-no-records", events: (now) => [...online(now), rules({ records: false })] },
  { name: "ringing-known", like: "ringing", events: (now) => [...rings(now), known(now)] },
  { name: "ringing-unknown", like: "ringing", events: (now) => [...rings(now),
    { type: "caller", call: "CAconference1", known: { count: 0 } }] },
  { name: "ringing-private-known", events: (now) => rings(now, "") },
  { name: "call-known", like: "call-talking", events: (now) => inCall(now, [known(now)]) },
  { name: "call-known-long", like: "call-talking", events: (now) => inCall(now, [known(now, { count: 100, more: true,
    name: "Mrs Wilhelmina Featherstonehaugh-Lindqvist of the second floor", note: { by: { id: "bob", name: "Bob" },
      at: iso(now - 90_000_000), note: LONG, code: "complaint" } })]) },
  { name: "call-known-closed", like: "call-talking", events: (now) => inCall(now, [known(now,
    { last: { ...knownAt(now).last!, outcome: "closed", with: [] } })]) },
  { name: "call-crm", parts: { crm: "https://crm.example.com/?phone={number}" },
    events: (now) => inCall(now, [known(now)]) },
  { name: "note-empty", events: (now) => over(now, [told()]) },
  { name: "note-typed", like: "note-empty", events: (now) => over(now, [told(), typed("Wants a letter by post.")]) },
  { name: "note-saved", like: "note-empty", events: (now) => over(now, [told("Wants a letter by post.", "refund")]) },
  { name: "note-unreachable", like: "note-empty", events: (now) => over(now, [told(), typed("Wants a letter by post."),
    failed("unreachable", 0)]) },
  { name: "note-refused", like: "note-empty", events: (now) => over(now, [told(), typed("Wants a letter by post."),
    failed("no-record", 404)]) },
  { name: "note-elsewhere", events: (now) => over(now, [told(), typed("Wants a letter by post."),
    told("Wants a call, and not a letter.", "refund", 1)]) },
  { name: "note-too-long", like: "note-empty", events: (now) => over(now, [told(), typed(LONG)]) },
  { name: "note-code-missing", like: "note-empty", events: (now) => over(now, [told("Wants a letter by post."),
    { type: "code-missed" }]) },
  { name: "note-code-gone", like: "note-empty", events: (now) => over(now, [told(), typed("Wants a letter by post."),
    { type: "note-typed", call: "CAconference1", fields: { code: "delivery" }, at: 0 }, gone, { type: "code-missed" }]) },
  { name: "note-no-codes-left", events: (now) => over(now, [told(), typed("Wants a letter by post."),
    { type: "note-typed", call: "CAconference1", fields: { code: "delivery" }, at: 0 }, gone, rules({ codes: [], codeRequired: false })]) },
  { name: "note-no-pause", events: (now) => over(now, [told("Wants a letter by post.", "refund")], {}) },
  { name: "note-kept-in-wrap-up", events: (now) => [...over(now, [told("Wants a letter by post.", "refund")],
    { status: "wrap-up", presence: "wrap-up" }), { type: "dismiss-ended" }] },
  { name: "note-ready", events: (now) => [...over(now, [told("Wants a letter by post.", "refund")], {}),
    { type: "dismiss-ended" }] },
  { name: "note-after-reload", events: (now) => [...inside(now, snapshotAt(now, { agent: { status: "away",
    presence: "away" } })), rules(), { type: "remembered", rejoin: null, recent: [],
    wrapUp: { call: "CAconference1", number: "+442079460123", at: now, codeMissed: 0 } },
    told("Wants a letter by post.", "refund")] },
];
