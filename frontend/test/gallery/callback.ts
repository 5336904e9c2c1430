/** The states of a call back, and where one begins. */
import type { Call } from "../../src/contract/types.js";
import type { Event } from "../../src/state/event.js";
import { callAt, directoryAt, iso, messageAt, ringAt, RULES, snapshotAt } from "../fixtures.js";
import { online, talking, type Scene } from "./scenes.js";

const rules: readonly Event[] = [{ type: "rules", rules: { ...RULES, messages: true, callBack: true } }];

/** An agent who may dial numbers, with calls that were missed, and one who was called back. */
const may = (now: number, more: readonly Event[] = []): Event[] => [...online(now, { ...snapshotAt(now, { agent: {
  id: "alice", name: "Alice", status: "available", presence: "available", since: iso(now - 252_000), recent: [
    { outcome: "no-answer", at: iso(now - 300_000), caller: "+12025550143", call: "CAmissed", rang: true },
    { outcome: "busy", at: iso(now - 900_000), began: iso(now - 920_000), caller: "+442079460123", call: "OBbusy", calledBack: true },
  ] } }), numbers: true }), ...rules, ...more];

function calling(now: number, called: NonNullable<Call["caller"]["called"]>, more: Partial<Call["caller"]> = {}): Call {
  const { transfer: _, ...call } = callAt(now, called === "answered" ? "talking" : "calling", { role: "owner" });
  return { ...call, caller: { ...call.caller, verified: false, called, ...more } };
}

/** An agent who has called somebody whose phone rang, and how that went. */
const unreached = (now: number, outcome: string): Event[] => [...talking(now, calling(now, "ringing"), [...rules]),
  { type: "leg-gone", at: now },
  { type: "snapshot", at: now + 2, snapshot: { ...snapshotAt(now + 2, { agent: { last: { outcome, at: iso(now + 1) },
    recent: [{ outcome, at: iso(now + 1), began: iso(now - 24_000), caller: "+442079460123", call: "OB1", calledBack: true }] } }),
  numbers: true } }];

/** An agent who is rung for a place that a caller keeps. */
const kept = (now: number, more: readonly Event[] = []): Event[] => {
  const { owner: _, ...call } = calling(now, "planned");
  return [...online(now, { ...snapshotAt(now, { line: { count: 2, more: false, kept: 1, longest: iso(now - 1_330_000) },
    call: { ...call, state: "agent-first", role: "offered", actions: ["decline"] } }), numbers: true }), ...rules,
  { type: "leg-ringing", sid: "CAleg", ring: ringAt(now, { verified: false, waiting: iso(now - 1_330_000) }), at: now - 1000 }, ...more];
};

export const callBackScenes: readonly Scene[] = [
  { name: "call-back-recent", events: (now) => may(now) },
  { name: "call-back-typed", events: (now) => may(now, [{ type: "directory", directory: directoryAt(now) },
    { type: "compose", compose: { filter: "+44 20 7946 0123" } }]) },
  { name: "call-back-message", events: (now) => may(now, [{ type: "side", side: "messages" },
    { type: "message-page", page: { messages: [messageAt(now)], days: 30 }, more: false }]) },
  { name: "call-back-asked", like: "call-back-message", events: (now) => may(now, [{ type: "side", side: "messages" },
    { type: "message-page", page: { messages: [messageAt(now)], days: 30 }, more: false }, { type: "call-back", asking: true }]) },
  { name: "call-back-connecting", events: (now) => may(now, [
    { type: "leg-ringing", sid: "CAleg", ring: ringAt(now, { asked: "k1", verified: false }), at: now - 1000 }, { type: "leg-answering" }]) },
  { name: "call-back-dialled", events: (now) => talking(now, calling(now, "planned"), [...rules]) },
  { name: "call-back-ringing", like: "call-back-dialled", events: (now) => talking(now, calling(now, "ringing"), [...rules]) },
  { name: "call-back-dialling", like: "call-back-dialled", events: (now) => talking(now, calling(now, "dialing"), [...rules]) },
  { name: "call-back-machine", events: (now) => talking(now, calling(now, "answered", { machine: true }), [...rules]) },
  { name: "call-back-busy", events: (now) => unreached(now, "busy") },
  { name: "call-back-no-answer", like: "call-back-busy", events: (now) => unreached(now, "no-answer") },
  { name: "call-back-not-in-use", like: "call-back-busy", events: (now) => unreached(now, "failed:404") },
  { name: "call-back-refused", events: (now) => may(now, [{ type: "notice", notice: { id: 1, tone: "bad",
    text: "Call back: Numbers in that country may not be dialled." } }]) },
  { name: "kept-connecting", events: (now) => kept(now, [{ type: "leg-answering" }]) },
];
