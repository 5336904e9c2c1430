/** Every state of the page, reached by the events that lead there in production. */
import type { Call, CallState, Snapshot } from "../../src/contract/types.js";
import type { Event } from "../../src/state/event.js";
import { callAt, directoryAt, iso, ringAt, snapshotAt, transferAt } from "../fixtures.js";

export interface Scene {
  readonly name: string;
  readonly events: (now: number) => Event[];
}

const inside = (now: number, snapshot: Snapshot = snapshotAt(now)): Event[] => [
  { type: "preferences", shortcuts: true, consent: "granted" },
  { type: "signed-in" },
  { type: "snapshot", snapshot, at: now },
  { type: "directory", directory: directoryAt(now) },
  { type: "remembered", rejoin: null, recent: [
    { id: "CA9", number: "+14155550142", endedAt: now - 900_000, talkedMs: 312_000, outcome: "handed-over", with: "Bob" },
    { id: "CA8", number: "", endedAt: now - 2_400_000, talkedMs: 74_000, outcome: "caller-left", with: "" },
    { id: "CA7", number: "sip:1001@pbx.example.com", endedAt: now - 2_700_000, talkedMs: 0, outcome: "caller-left", with: "", rang: true },
    { id: "CA6", number: "07700900123", endedAt: now - 3_000_000, talkedMs: 0, outcome: "cancelled", with: "Bob", rang: true },
  ] },
];

const online = (now: number, snapshot?: Snapshot): Event[] => [
  ...inside(now, snapshot),
  { type: "microphone", microphone: "granted" },
  { type: "wants", wants: true },
  { type: "device", is: "registered", at: now - 252_000 },
];

const waiting = (now: number): Snapshot["line"] => ({ count: 3, more: false, longest: iso(now - 143_000) });

const talking = (now: number, call: Call, more: Event[] = []): Event[] => [
  ...online(now),
  { type: "leg-ringing", sid: "CAleg", ring: ringAt(now), at: now - 262_000 },
  { type: "leg-answering" },
  { type: "leg-open", at: now - 252_000 },
  { type: "snapshot", snapshot: snapshotAt(now, { call, line: waiting(now) }), at: now },
  ...more,
];

const STATES: CallState[] = ["talking", "add-ringing", "consult-ringing", "consulting", "swapped", "three-way", "completing", "unknown"];

const target = (now: number, state: CallState): Call =>
  callAt(now, state, { role: "target", owner: { id: "bob", name: "Bob" }, transfer: transferAt(now, { by: { id: "bob", name: "Bob" }, to: { id: "alice", name: "Alice" } }) });

const resting = (now: number): Partial<Snapshot["agent"]> => ({ presence: "wrap-up", presenceSince: iso(now - 7000), wrapUpUntil: iso(now + 23_000) });

const press = (action: "consult" | "hold" | "complete", now: number): Event => ({ type: "press", action, request: "key", at: now });
const refused = (slug: string, status: number, now: number): Event => ({ type: "refused", action: "consult", request: "key", problem: { slug, status, title: "" }, at: now });

export const scenes: readonly Scene[] = [
  { name: "loading", events: () => [] },
  { name: "fatal", events: () => [{ type: "fatal", why: "The page's settings (config.json) are missing: 404." }] },
  { name: "signed-out", events: () => [{ type: "signed-out", why: "" }] },
  { name: "signed-out-expired", events: () => [{ type: "signed-out", why: "expired" }] },
  { name: "other-tab", events: (now) => [...inside(now), { type: "tab", tab: "elsewhere" }] },
  { name: "other-tab-in-call", events: (now) => [...inside(now), { type: "tab", tab: "elsewhere-in-call" }] },
  { name: "microphone-denied", events: (now) => [...inside(now), { type: "microphone", microphone: "denied" }] },
  { name: "microphone-absent", events: (now) => [...inside(now), { type: "microphone", microphone: "absent" }] },
  { name: "offline", events: (now) => inside(now) },
  { name: "offline-failed", events: (now) => [...inside(now), { type: "device", is: "off", at: now, why: "signalling" }] },
  { name: "going-online", events: (now) => [...inside(now), { type: "wants", wants: true }, { type: "device", is: "starting", at: now }] },
  { name: "idle-available", events: (now) => online(now, snapshotAt(now, { line: waiting(now) })) },
  { name: "idle-first-day", events: (now) => [...online(now), { type: "remembered", rejoin: null, recent: [] }, { type: "directory", directory: { at: iso(now), agents: [] } }, { type: "preferences", consent: "default" }] },
  { name: "idle-away-missed", events: (now) => online(now, snapshotAt(now, { agent: { status: "away", presence: "away", why: "missed" }, line: { count: 20, more: true, longest: iso(now - 1_130_000) } })) },
  { name: "idle-wrap-up", events: (now) => online(now, snapshotAt(now, { agent: { status: "wrap-up", presence: "wrap-up" } })) },
  { name: "line-lost", events: (now) => [...online(now), { type: "device", is: "lost", at: now - 45_000, why: "signalling" }, { type: "withdrawn", withdrawn: true }] },
  { name: "ringing", events: (now) => [...online(now, snapshotAt(now, { line: waiting(now) })), { type: "leg-ringing", sid: "CA1", ring: ringAt(now), at: now }] },
  { name: "ringing-private", events: (now) => [...online(now), { type: "leg-ringing", sid: "CA1", ring: ringAt(now, { number: "", verified: false }), at: now }] },
  { name: "ringing-sip", events: (now) => [...online(now, snapshotAt(now, { line: { count: 1, more: false, longest: iso(now - 80_000) }, call: callAt(now, "ringing", { role: "offered", actions: ["decline"],
    caller: { number: "sip:+447700900123@a-rather-long-name.pbx.example.com", verified: false, arrived: iso(now - 80_000), waitingSince: iso(now - 80_000) } }) })),
    { type: "leg-ringing", sid: "CA1", ring: ringAt(now, { number: "sip:+447700900123@a-rather-long-name.pbx.example.com", verified: false }), at: now }] },
  { name: "ring-stopped", events: (now) => [...online(now), { type: "notice", notice: { id: 1, text: "+44 20 7946 0123: the caller hung up before you answered.", tone: "info" } }] },
  { name: "ringing-consult", events: (now) => [...online(now), { type: "leg-ringing", sid: "CA1", at: now, ring: ringAt(now, { by: "Bob", kind: "consult", note: "Mrs Young: invoice 2231 charged twice. <b>Has</b> the bank letter & is in a hurry." }) }] },
  { name: "ringing-add", events: (now) => [...online(now), { type: "leg-ringing", sid: "CA1", ring: ringAt(now, { by: "Bob", kind: "add" }), at: now },
    { type: "snapshot", at: now, snapshot: snapshotAt(now, { call: callAt(now, "add-ringing", { role: "offered", actions: ["decline"], transfer: transferAt(now, { kind: "add", progress: "ringing", by: { id: "bob", name: "Bob" }, to: { id: "alice", name: "Alice" } }) }) }) }] },
  { name: "connecting", events: (now) => [...online(now), { type: "leg-ringing", sid: "CA1", ring: ringAt(now), at: now }, { type: "leg-answering" }] },
  { name: "connecting-late", events: (now) => [...online(now), { type: "leg-ringing", sid: "CA1", ring: ringAt(now), at: now - 20_000 }, { type: "leg-answering" }, { type: "leg-open", at: now - 10_000 },
    { type: "snapshot", snapshot: snapshotAt(now, { agent: { presence: "busy" } }), at: now }] },
  ...STATES.map((state): Scene => ({ name: `call-${state}`, events: (now) => talking(now, callAt(now, state)) })),
  { name: "call-held", events: (now) => talking(now, callAt(now, "talking", { held: ["caller"], actions: ["resume", "consult", "add", "end"] })) },
  { name: "call-hold-overdue", events: (now) => talking(now, callAt(now, "talking", { overdue: true, actions: ["resume", "consult", "add", "end"] })) },
  { name: "call-swap-overdue", events: (now) => talking(now, callAt(now, "swapped", { overdue: true, held: ["caller"] })) },
  { name: "call-end-overdue", events: (now) => [...talking(now, callAt(now, "talking")), { type: "snapshot", snapshot: snapshotAt(now + 1, { call: callAt(now, "ended", { overdue: true, role: "owner", actions: [] }) }), at: now + 1 }] },
  { name: "call-muted", events: (now) => talking(now, callAt(now, "talking"), [{ type: "leg-muted", muted: true }]) },
  { name: "call-keypad", events: (now) => talking(now, callAt(now, "talking"), [{ type: "panel", panel: "keypad" }]) },
  { name: "call-composing", events: (now) => talking(now, callAt(now, "talking"), [{ type: "compose", compose: { target: "dora", note: "Wants to cancel the second order; polite, in a hurry. The customer number ends in 77. The caller has called twice and was promised a call back by the end of last week, in vain." } }]) },
  { name: "call-consult-pending", events: (now) => talking(now, callAt(now, "talking"), [{ type: "compose", compose: { target: "bob" } }, press("consult", now)]) },
  { name: "call-consult-refused", events: (now) => talking(now, callAt(now, "talking"), [{ type: "compose", compose: { target: "bob" } }, press("consult", now), refused("target-not-free", 409, now)]) },
  { name: "call-target-no-answer", events: (now) => talking(now, callAt(now, "talking", { transfer: transferAt(now, { progress: "ended", outcome: "no-answer", ended: iso(now) }) })) },
  { name: "call-target-declined", events: (now) => talking(now, callAt(now, "talking", { transfer: transferAt(now, { progress: "ended", outcome: "declined", reason: "not-my-topic", ended: iso(now) }) })) },
  { name: "call-number-typed", events: (now) => [...talking(now, callAt(now, "talking")), { type: "snapshot", at: now, snapshot: { ...snapshotAt(now, { call: callAt(now, "talking") }), numbers: true } }, { type: "compose", compose: { filter: "+44 20 7946 0999", target: "+442079460999" } }] },
  { name: "call-number-refused", events: (now) => [...talking(now, callAt(now, "talking")), { type: "snapshot", at: now, snapshot: { ...snapshotAt(now, { call: callAt(now, "talking") }), numbers: true } }, { type: "compose", compose: { filter: "7946 0999" } }] },
  { name: "call-numbers-off", events: (now) => [...talking(now, callAt(now, "talking")), { type: "compose", compose: { filter: "+44 20 7946 0999" } }] },
  { name: "call-number-asked", events: (now) => talking(now, callAt(now, "consult-ringing", { transfer: transferAt(now, { progress: "asked", to: { id: "+442079460999", name: "+442079460999" } }) })) },
  { name: "call-target-failed", events: (now) => talking(now, callAt(now, "talking", { transfer: transferAt(now, { progress: "ended", outcome: "failed:31480", ended: iso(now) }) })) },
  { name: "call-target-consulting", events: (now) => talking(now, target(now, "consulting")) },
  { name: "call-target-swapped", events: (now) => talking(now, target(now, "swapped")) },
  { name: "call-target-three-way", events: (now) => talking(now, target(now, "three-way")) },
  { name: "call-caller-left", events: (now) => [...talking(now, callAt(now, "consulting")), { type: "snapshot", snapshot: snapshotAt(now + 1), at: now + 1 }] },
  { name: "call-reconnecting", events: (now) => talking(now, callAt(now, "talking"), [{ type: "leg-reconnecting", at: now - 7000 }]) },
  { name: "call-sound-lost", events: (now) => talking(now, callAt(now, "three-way"), [{ type: "leg-reconnecting", at: now - 7000, what: "sound" }]) },
  { name: "call-line-lost", events: (now) => talking(now, callAt(now, "talking"), [{ type: "leg-reconnecting", at: now - 7000, what: "line" }]) },
  { name: "call-no-connection", events: (now) => talking(now, callAt(now, "talking"), [{ type: "api-down", at: now - 61_000 }, { type: "leg-reconnecting", at: now - 58_000 }]) },
  { name: "call-server-down-talking", events: (now) => talking(now, callAt(now, "talking"), [{ type: "api-down", at: now - 61_000 }]) },
  { name: "call-server-down-target", events: (now) => talking(now, target(now, "consulting"), [{ type: "api-down", at: now - 61_000 }]) },
  { name: "confirm-hang-up", events: (now) => talking(now, callAt(now, "talking"), [{ type: "api-down", at: now - 61_000 }, { type: "panel", panel: "confirm-hang-up" }]) },
  { name: "idle-server-down", events: (now) => [...online(now), { type: "api-down", at: now - 61_000 }] },
  { name: "idle-no-connection", events: (now) => [...online(now), { type: "api-down", at: now - 61_000 }, { type: "device", is: "lost", at: now - 45_000, why: "signalling" }] },
  { name: "idle-resting", events: (now) => online(now, snapshotAt(now, { agent: resting(now) })) },
  { name: "ended-resting", events: (now) => [...talking(now, callAt(now, "talking")), { type: "leg-gone", at: now }, { type: "snapshot", at: now + 2, snapshot: snapshotAt(now + 2, { agent: { ...resting(now), last: { outcome: "caller-left", at: iso(now + 1) } } }) }] },
  { name: "ended-server-down", events: (now) => [...talking(now, callAt(now, "talking"), [{ type: "api-down", at: now - 61_000 }]), { type: "leg-gone", at: now }] },
  { name: "connecting-add", events: (now) => [...online(now), { type: "leg-ringing", sid: "CA1", ring: ringAt(now, { by: "Bob", kind: "add" }), at: now }, { type: "leg-answering" }] },
  { name: "call-server-down", events: (now) => talking(now, callAt(now, "consulting"), [{ type: "api-down", at: now - 61_000 }]) },
  { name: "call-one-way", events: (now) => talking(now, callAt(now, "talking"), [{ type: "warning", name: "low-bytes-received", on: true }]) },
  { name: "call-one-way-consulting", events: (now) => talking(now, callAt(now, "consulting"), [{ type: "warning", name: "low-bytes-received", on: true }]) },
  { name: "call-session-expired", events: (now) => talking(now, callAt(now, "talking"), [{ type: "session-expired" }, { type: "token-failing", until: now + 300_000 }]) },
  { name: "confirm-end", events: (now) => talking(now, callAt(now, "talking"), [{ type: "panel", panel: "confirm-end" }]) },
  { name: "ended-handed-over", events: (now) => [...talking(now, callAt(now, "consulting")), press("complete", now), { type: "leg-gone", at: now }] },
  { name: "ended-caller-left", events: (now) => [...talking(now, callAt(now, "talking")), { type: "leg-gone", at: now }, { type: "snapshot", at: now + 2, snapshot: snapshotAt(now + 2, { agent: { last: { outcome: "caller-left", at: iso(now + 1) } } }) }] },
  { name: "ended-asking", events: (now) => [...talking(now, callAt(now, "talking")), { type: "leg-gone", at: now + 1000 }] },
  { name: "rejoin-reload", events: (now) => [...inside(now), { type: "remembered", rejoin: { conference: "CAconference1", at: now - 4000, asked: false }, recent: [] }] },
  { name: "rejoin-cut", events: (now) => [...talking(now, callAt(now, "talking")), { type: "leg-gone", at: now + 1 }, { type: "snapshot", at: now + 2100, snapshot: snapshotAt(now + 2100, { call: callAt(now, "talking") }) }] },
  { name: "rejoin-elsewhere", events: (now) => inside(now, snapshotAt(now, { call: callAt(now, "talking") })) },
  { name: "rejoin-elsewhere-online", events: (now) => online(now, snapshotAt(now, { call: callAt(now, "talking") })) },
  { name: "ringing-back", events: (now) => [...online(now), { type: "remembered", rejoin: { conference: "CAconference1", at: now, asked: false }, recent: [] }, { type: "leg-ringing", sid: "CA1", ring: ringAt(now), at: now }] },
  { name: "dialog-sound", events: (now) => [...online(now), { type: "sounds", sounds: {
    inputs: [{ id: "default", label: "Default" }, { id: "h", label: "Jabra Evolve2 40 (headset)" }, { id: "b", label: "Built-in microphone" }],
    outputs: [{ id: "default", label: "Default" }, { id: "h", label: "Jabra Evolve2 40 (headset)" }], input: "h", speaker: "h", ringer: "default", canChooseOutput: true } }, { type: "panel", panel: "sound" }] },
  { name: "dialog-shortcuts", events: (now) => [...online(now), { type: "panel", panel: "shortcuts" }] },
  { name: "notice", events: (now) => [...online(now), { type: "notice", notice: { id: 1, text: "A sound device has gone. The system's own is used now.", tone: "bad" } }] },
];
