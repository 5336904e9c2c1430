/** Snapshots as the server sends them, relative to a time. Numbers are from the ranges reserved for fiction. */
import type {
  Action, Call, CallRecord, CallRules, CallState, Directory, KnownCaller, LineSettings, Role, Settings, Snapshot, Team,
  TeamAgent, TeamCall, TeamWaiting, Transfer, VoiceMessage,
} from "../src/contract/types.js";
import type { RingInfo } from "../src/state/state.js";

export const CALLER = "+442079460123";

export const iso = (ms: number): string => new Date(ms).toISOString();

export function snapshotAt(now: number,
  change: { agent?: Partial<Snapshot["agent"]>; call?: Call | null; line?: Snapshot["line"]; hours?: Snapshot["hours"] } = {}): Snapshot {
  return {
    at: iso(now),
    agent: { id: "alice", name: "Alice", status: "available", presence: change.call ? "busy" : "available",
      since: iso(now - 252_000), ...change.agent },
    call: change.call ?? null,
    line: change.line ?? { count: 0, more: false },
    ...(change.hours ? { hours: change.hours } : {}),
  };
}

/** What the server lists for the owner or transferor in each state; a target may do nothing. */
export const OWNER_ACTIONS: Record<CallState, Action[]> = {
  waiting: [], ringing: [],
  talking: ["hold", "consult", "blind", "add", "requeue", "end"],
  "add-ringing": ["cancel", "end"],
  "consult-ringing": ["cancel"],
  consulting: ["swap", "join", "complete", "cancel"],
  swapped: ["swap", "join", "complete", "cancel"],
  "three-way": ["complete", "cancel", "end"],
  completing: [], ended: [], unknown: [], "agent-first": [], "keeps-place": [], calling: ["end"],
};

const HELD: Partial<Record<CallState, Call["held"]>> = {
  waiting: ["caller"], ringing: ["caller"], "consult-ringing": ["caller"], consulting: ["caller"], swapped: ["target"],
};

export function transferAt(now: number, change: Partial<Transfer> = {}): Transfer {
  return {
    kind: "consult", by: { id: "alice", name: "Alice" }, to: { id: "bob", name: "Bob" }, began: iso(now - 31_000),
      progress: "answered", ...change,
  };
}

export function callAt(now: number, state: CallState, change: Partial<Call> = {}): Call {
  const open = state !== "talking" && state !== "waiting" && state !== "ringing";
  const role: Role = change.role ?? (open ? "transferor" : "owner");
  const kind = state === "add-ringing" ? "add" : "consult";
  const progress = state.endsWith("ringing") ? "ringing" : "answered";
  return {
    id: "CAconference1",
    version: 0,
    leg: "leg-alice",
    state,
    since: iso(now - 24_000),
    role,
    caller: { number: CALLER, verified: true, arrived: iso(now - 330_000), waitingSince: iso(now - 330_000) },
    owner: { id: "alice", name: "Alice" },
    held: HELD[state] ?? [],
    ...(open ? { transfer: transferAt(now, { kind, progress }) } : {}),
    actions: role === "owner" || role === "transferor" ? OWNER_ACTIONS[state] : [],
    history: [
      { at: iso(now - 330_000), what: "arrive" },
      { at: iso(now - 318_000), what: "offer-failed", agent: "carol", name: "Carol", outcome: "no-answer" },
      { at: iso(now - 262_000), what: "answer", agent: "alice", name: "Alice" },
      ...(open ? [{ at: iso(now - 31_000), what: kind, agent: "bob", name: "Bob", by: "alice", byName: "Alice" }] : []),
    ],
    ...change,
  };
}

export function directoryAt(now: number): Directory {
  const entry = (id: string, name: string, presence: Directory["agents"][number]["presence"], ago: number, seen = 3000,
    more: { rung?: true } = {}) =>
    ({ id, name, presence, since: iso(now - ago), seen: iso(now - seen), ...more });
  return {
    at: iso(now),
    agents: [
      entry("bob", "Bob", "available", 640_000),
      entry("dora", "Dora Lindqvist-Hernández", "available", 95_000),
      entry("alice", "Alice", "busy", 250_000),
      entry("carol", "Carol", "wrap-up", 40_000),
      entry("erik", "Erik", "busy", 1_200_000),
      entry("hanna", "Hanna", "busy", 4000, 3000, { rung: true }),
      entry("fatima", "Fatima", "away", 400_000),
      entry("greg", "Greg", "offline", 9_000_000, 4_200_000),
    ],
  };
}

export function ringAt(now: number, change: Partial<RingInfo> = {}): RingInfo {
  return { conference: "CAconference1", number: CALLER, verified: true, waiting: iso(now - 80_000), by: "", kind: "",
    note: "", watch: false, place: false, asked: "", seconds: 20, ...change };
}

export const RULES: CallRules = { supervisor: false, records: true, codes: ["order", "complaint", "refund"],
  codeRequired: true };

const party = (name: string): { id: string; name: string } => ({ id: name.toLowerCase(), name });

/** A call that Alice handed over to Bob after a consult, and that ended `now`. */
export function recordAt(now: number, change: Partial<CallRecord> = {}): CallRecord {
  const at = (ago: number): string => iso(now - ago * 1000);
  const [alice, bob, carol] = [party("Alice"), party("Bob"), party("Carol")];
  return {
    id: "CArecord1", arrived: at(400), answered: at(340), ended: at(0), endedBy: "caller", outcome: "transferred",
    caller: CALLER, verified: true, name: "Mrs Young", place: 2, wait: 60, talk: 295, hold: 45,
    legs: [
      { party: carol, began: at(390), ended: at(370), outcome: "no-answer", ring: 20, talk: 0, hold: 0 },
      { party: alice, began: at(352), answered: at(340), ended: at(155), outcome: "transferred", ring: 12, talk: 185, hold: 0 },
      { party: bob, began: at(200), answered: at(190), ended: at(0), outcome: "caller-left", ring: 10, talk: 190, hold: 0 },
    ],
    transfers: [{ kind: "consult", by: alice, to: bob, note: "Invoice 2231 charged twice", began: at(200),
      ended: at(155), outcome: "answered" }],
    history: [
      { at: at(400), what: "arrive" },
      { at: at(370), what: "offer-failed", agent: "carol", name: "Carol", outcome: "no-answer" },
      { at: at(340), what: "answer", agent: "alice", name: "Alice" },
      { at: at(200), what: "consult", agent: "bob", name: "Bob", by: "alice", byName: "Alice" },
      { at: at(190), what: "answer", agent: "bob", name: "Bob" },
      { at: at(156), what: "complete", agent: "alice" },
      { at: at(155), what: "completed", agent: "bob", name: "Bob", by: "alice", byName: "Alice", outcome: "answered" },
      { at: at(0), what: "caller-left" },
    ],
    notes: [{ by: bob, at: at(-30), note: "Refunded invoice 2231.\nAsks for a letter by post.", code: "refund",
      name: "Mrs Young" }],
    ...change,
  };
}

export function knownAt(now: number, change: Partial<KnownCaller> = {}): KnownCaller {
  const { id, ended, outcome, notes } = recordAt(now - 86_400_000);
  return { count: 3, name: "Mrs Young", last: { call: id, at: ended, outcome, with: [party("Alice"), party("Bob")] },
    ...(notes[0] ? { note: notes[0] } : {}), ...change };
}

const waits = (now: number, call: string, place: number, change: Partial<TeamWaiting> = {}): TeamWaiting => ({
  call, place, since: iso(now - 100_000 + place * 20_000), rung: [], actions: ["offer"],
  caller: { number: place === 1 ? CALLER : "+14155550142", verified: true, arrived: iso(now - 140_000),
    waitingSince: iso(now - 100_000) }, ...change,
});

export const THE_CALLER = { id: "#caller", name: "The caller" };

export function teamCallAt(now: number, state: CallState, change: Partial<TeamCall> = {}): TeamCall {
  const [alice, bob] = [party("Alice"), party("Bob")];
  const two = ["consulting", "swapped", "three-way", "completing"].includes(state);
  const music = state.startsWith("consult") ? [THE_CALLER] : state === "swapped" ? [bob] : [];
  return {
    call: `CA${state.replace("-", "")}`, state, since: iso(now - 74_000), owner: alice,
    caller: { number: "+447700900123", verified: false, arrived: iso(now - 200_000), waitingSince: iso(now - 200_000) },
    hear: [THE_CALLER, alice, ...(two ? [bob] : [])].filter((p) => !music.includes(p)), music,
    rung: state.endsWith("ringing") ? [bob] : [], actions: [...(OWNER_ACTIONS[state].includes("end") ? ["end"] as const : []), "listen", "coach", "barge"], ...change,
  };
}

function teamAgent(now: number, name: string, presence: TeamAgent["presence"], change: Partial<TeamAgent> = {}): TeamAgent {
  const status = presence === "away" || presence === "wrap-up" ? presence : "available";
  return { id: name.split(" ")[0]!.toLowerCase(), name, status, presence, since: iso(now - 190_000), seen: iso(now - 4000),
    missed: 0, actions: status === "away" ? ["available"] : status === "wrap-up" ? ["available", "away"] : ["away"], ...change };
}

/** The view of a supervisor on a busy line. */
export function teamAt(now: number, change: Partial<Team> = {}): Team {
  return {
    at: iso(now),
    waiting: { list: [waits(now, "CAw1", 1, { requeued: true }), waits(now, "CAw2", 2, { rung: [party("Hanna")], actions: [] }),
      waits(now, "CAw3", 3)] },
    calls: { list: [teamCallAt(now, "talking"), teamCallAt(now, "consulting"), teamCallAt(now, "consult-ringing",
      { overdue: true }), teamCallAt(now, "three-way")] },
    agents: { list: [teamAgent(now, "Carol", "available"), teamAgent(now, "Dora Lindqvist-Hernández", "available", { missed: 3 }),
      teamAgent(now, "Alice", "busy", { call: "CAtalking" }), teamAgent(now, "Hanna", "busy", { call: "CAw2", rung: true }),
      teamAgent(now, "Fatima", "away", { by: "Erin" }), teamAgent(now, "Greg", "offline", { seen: iso(now - 4_200_000) })] },
    today: { since: iso(now - 36_000_000), counts: { arrived: 64, answered: 55, answeredQuickly: 41, abandoned: 5,
      expired: 0, closed: 0, averageWait: 24, longestWait: 191,
      transfers: [{ outcome: "answered", count: 12 }, { outcome: "no-answer", count: 2 }] } },
    ...change,
  };
}

/** The settings of an office, as Erin has saved them. */
export function settingsAt(at: number, change: Partial<Settings> = {}, version = 3): LineSettings {
  const day = [{ from: "09:00", to: "12:30" }, { from: "13:30", to: "17:00" }];
  return {
    version, at: iso(at), by: { id: "erin", name: "Erin" }, open: change.emergency?.closed !== true,
    languages: [
      { language: "de", voices: ["Polly.Vicki", "Polly.Hans"] }, { language: "en", voices: ["Polly.Amy", "Polly.Amy-Neural"] },
      { language: "es", voices: ["Polly.Conchita"] }, { language: "fr", voices: ["Polly.Celine"] },
    ],
    settings: {
      name: "Example Telephone", zone: "Europe/Berlin",
      hours: { monday: day, tuesday: day, wednesday: day, thursday: day, friday: [{ from: "09:00", to: "12:30" }] },
      holidays: [{ date: "2026-12-25" }, { date: "2026-12-24", open: [{ from: "09:00", to: "12:00" }] }],
      greeting: "Welcome to Example Telephone.", codes: ["order", "complaint"], ...change,
    },
  };
}

/** A message that was left a while before `now`. */
export function messageAt(now: number, id = "RE1", change: Partial<VoiceMessage> = {}): VoiceMessage {
  return { id, call: "CAmessage1", caller: CALLER, verified: true, at: iso(now - 3_600_000), seconds: 21, state: "new",
    why: "closed", ...change };
}
