/** Decodes what the server keeps of calls that have ended, as decode.ts does the rest. */
import {
  count, happening, list, name, no, object, oneOf, or, party, string, text, time, yes, type Decode,
} from "./decode.js";
import {
  CALL_OUTCOMES, ENDERS, MESSAGE_RESULTS, REASONS, TRANSFER_KINDS, type CallNote, type CallPage, type CallRecord, type CallRules,
  type KnownCall, type KnownCaller, type OwnNote, type RecordLeg, type RecordOutcome,
  type RecordTransfer,
} from "./types.js";

const whole: Decode<number> = or(count, () => 0);
const outcome = or<RecordOutcome>(oneOf(CALL_OUTCOMES), () => "unknown");

const rules = object<CallRules>({ supervisor: no, records: no, codes: or(list(name), () => []), codeRequired: no },
  { messages: yes, callBack: yes, missed: yes });

const note = object<CallNote>({ by: party, at: time, note: text }, { code: name, name, version: count });

const known = object<KnownCaller>({ count }, {
  more: yes,
  name,
  last: object<KnownCall>({ call: name, at: time, outcome, with: or(list(party), () => []) }, {}),
  note,
});

const leg = object<RecordLeg>({ party, began: time, outcome: text, ring: whole, talk: whole, hold: whole },
  { answered: time, ended: time });

const transfer = object<RecordTransfer>({
  kind: or(oneOf(TRANSFER_KINDS), () => "add"), by: party, to: party, began: time, outcome: text,
}, { note: name, reason: oneOf(REASONS), ended: time });

const record = object<CallRecord>({
  id: name,
  arrived: time,
  ended: time,
  endedBy: or<CallRecord["endedBy"]>(oneOf(ENDERS), () => "unknown"),
  outcome,
  caller: text,
  verified: no,
  wait: whole,
  talk: whole,
  hold: whole,
  legs: or(list(leg), () => []),
  transfers: or(list(transfer), () => []),
  history: or(list(happening), () => []),
  notes: or(list(note), () => []),
}, {
  out: object<NonNullable<CallRecord["out"]>>({ by: or(party, () => ({ id: "", name: "" })), outcome: text }, { of: name }), answered: time, ender: party,
  name, place: count, placeMore: yes, missed: yes, message: oneOf(MESSAGE_RESULTS),
  later: object<NonNullable<CallRecord["later"]>>({ by: party, at: time, outcome: text }, { back: yes }),
});

const page = object<CallPage>({ at: time, calls: list(record) }, { cursor: name });

export const decodeRules = (value: unknown): CallRules | null => rules(value, {}) ?? null;
export const decodeKnownCaller = (value: unknown): KnownCaller | null => known(value, {}) ?? null;
export const decodeCalls = (value: unknown): CallPage | null => page(value, {}) ?? null;
/** A server of the release before knows no versions: -1. */
const version = or(count, () => -1);

export const decodeOwnNote = (value: unknown): OwnNote | null => object<OwnNote>({ version }, { note })(value, {}) ?? null;
/** The answer to a note says that it is kept, and its version: the page knows what it has sent. */
export const decodeKept = (value: unknown): number | null =>
  object<{ readonly note: string; readonly version: number }>({ note: string, version }, {})(value, {})?.version ?? null;
