/** A call that has ended, in words that need no knowledge of the line: who, why, how long on music, what failed. */
import type { CallRecord, Happening, Party, RecordLeg, RecordOutcome, RecordTransfer } from "../contract/types.js";
import { partyName, phoneNumber } from "./number.js";
import { backOutcome, callOutcome, happening, targetOutcome } from "./outcome.js";
import { duration } from "./time.js";
import { dayAndTime, dayWords } from "./zone.js";

const OUTCOMES: Record<RecordOutcome, string> = {
  answered: "Answered",
  transferred: "Handed over",
  abandoned: "Hung up before an answer",
  expired: "Waited too long",
  voicemail: "Was asked for a message",
  kept: "Is to be called back",
  closed: "The line was closed",
  unreached: "Not reached",
  unknown: "Ended",
};

const MESSAGES: Record<NonNullable<CallRecord["message"]>, string> = {
  asked: "Was asked for a message",
  left: "Left a message",
  none: "Left no message",
};

/** Of a call in which an agent has called the caller, it says so; of one who was asked for a message, whether they left one. */
export function recordOutcome({ outcome, out, message }: Pick<CallRecord, "outcome" | "out" | "message">): string {
  if (!out && message) {
    return outcome === "voicemail" ? MESSAGES[message] : `${OUTCOMES[outcome]}; ${MESSAGES[message].toLowerCase()}`;
  }
  if (!out) return OUTCOMES[outcome];
  if (outcome === "unreached" && out.by.id === "") { // a kept place
    return out.outcome === "not-allowed" ? "Not called: the number may not be dialled any more" : "Kept a place, and was not called";
  }
  return outcome === "unreached" || out.outcome === "machine" ? `Called back: ${backOutcome(out.outcome)}`
    : `Called back: ${OUTCOMES[outcome].toLowerCase()}`;
}

/** What has become of a missed call since, for the list of them. */
export function laterWords({ later }: Pick<CallRecord, "later">, self: string, zone: string, now: number):
  { readonly words: string; readonly open: boolean } {
  if (!later) return { words: "Open", open: true };
  const when = dayAndTime(Date.parse(later.at), now, zone);
  const who = person(later.by, self);
  if (later.outcome !== "answered") {
    return { words: `Open; ${who} called, ${when}: ${backOutcome(later.outcome)}`, open: true };
  }
  return { words: later.back ? `Called back by ${who}, ${when}` : `Called again, ${when}, and talked to ${who}`, open: false };
}

/** Who talked to the caller, in order, each once. */
export function talkedTo(record: CallRecord): readonly Party[] {
  const answered = record.legs.filter((l) => l.answered !== undefined).map((l) => l.party);
  return answered.filter((p, i) => answered.findIndex((q) => q.id === p.id) === i);
}

const person = (party: Party, self: string): string => (party.id === self ? "you" : partyName(party));

/** "Bob", "Bob and you", "Bob, Carol and you". */
export function people(parties: readonly Party[], self: string): string {
  const names = parties.map((p) => person(p, self));
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

export const withWhom = (record: CallRecord, self: string): string => people(talkedTo(record), self);

const KINDS: Record<RecordTransfer["kind"], (by: string, to: string) => string> = {
  consult: (by, to) => `${by} asked ${to} for a private talk`,
  add: (by, to) => `${by} dialled ${to} in`,
  blind: (by, to) => `${by} transferred the caller to ${to} and left`,
  queue: (by) => `${by} gave the caller back to the line`,
};

/** A transfer in one sentence, for a table. */
export function transferWords(transfer: RecordTransfer): string {
  const began = KINDS[transfer.kind](partyName(transfer.by), partyName(transfer.to));
  const became = transfer.outcome && transfer.kind !== "queue"
    ? targetOutcome({ ...transfer, progress: "ended" }, "").replace(/\.$/, "") : "";
  return [began, became, transfer.note && `note: ${transfer.note}`].filter(Boolean).join("; ");
}

/** How it went with one who was rung or was in the call. */
export function legWords(leg: RecordLeg): string {
  const rang = `rang ${duration(leg.ring * 1000)}`;
  if (leg.answered === undefined) return `${rang}; ${callOutcome(leg.outcome, "").toLowerCase()}`;
  const hold = leg.hold ? `, on hold ${duration(leg.hold * 1000)}` : "";
  return `${rang}, in the call ${duration(leg.talk * 1000)}${hold}`;
}

export interface Step {
  readonly at: string;
  readonly words: string;
  /** What belongs to it: a note, how long the caller had heard music. */
  readonly more: readonly string[];
  /** Something did not go as it should. */
  readonly failed: boolean;
}

/** The server keeps so many entries of a call's history, and the first. */
const KEPT_ENTRIES = 100;
const FAILED: readonly string[] = ["caller-failed", "offer-failed", "target-failed", "room-ended", "expire"];
/** A transfer and its entry are of one moment; clocks of two functions may differ a little. */
const SAME_MS = 1500;

/** The whole call as one line of time. */
export function timeline(record: CallRecord, self: string): readonly Step[] {
  // A caller of a closed line hears that it is, and no music.
  const music = record.history.length < KEPT_ENTRIES && record.outcome !== "closed" ? musicOf(record) : [];
  const steps = record.history.map((h, i): Step => ({
    at: h.at,
    words: entryWords(h, record, self),
    more: [noteOf(h, record), music[i] ? `The caller had heard music for ${duration(music[i])}` : ""].filter(Boolean),
    failed: FAILED.includes(h.what),
  }));
  if (record.message && record.message !== "asked") {
    steps.push({ at: record.ended, words: MESSAGES[record.message], more: [], failed: record.message === "none" });
  }
  return steps.filter((s, i) => s.words !== steps[i - 1]?.words || s.at !== steps[i - 1]?.at);
}

const DID: Readonly<Record<string, (who: string) => string>> = {
  hold: (who) => `${who} put the caller on hold`,
  resume: (who) => `${who} took the caller off hold`,
  swap: (who) => `${who} swapped between caller and colleague`,
  join: (who) => `${who} brought everybody together`,
  complete: (who) => `${who} handed over`,
};

/** Entries of verbs have an id only; the name is that of the leg. */
function entryWords(h: Happening, record: CallRecord, self: string): string {
  const name = h.name ?? record.legs.find((l) => l.party.id === h.agent)?.party.name;
  if (h.what === "expire" && record.outcome === "closed") return OUTCOMES.closed;
  const did = DID[h.what];
  if (did) return did(h.agent === self ? "You" : name === undefined ? "An agent" : phoneNumber(name));
  return happening({ ...h, ...(name === undefined ? {} : { name }) }, self);
}

function noteOf(h: Happening, record: CallRecord): string {
  const kind = h.what === "requeue" ? "queue" : h.what;
  const t = record.transfers.find((x) => x.kind === kind
    && Math.abs(Date.parse(x.began) - Date.parse(h.at)) < SAME_MS);
  return t?.note ? `Note: ${t.note}` : "";
}

/** What the caller hears by the entries of the history so far; it follows the states of a call (docs/ARCHITECTURE.md). */
class Ear {
  private music = false;
  /** The transfer that is under way: as it began, or as it goes on without the transferor. */
  private open: "" | "consult" | "add" | "blind" = "";
  /** The target has answered. */
  private reached = false;

  /** Whether the caller hears music after the entry. */
  after({ what }: Happening): boolean {
    this.music = this.hears(what);
    if (what === "consult" || what === "add" || what === "blind") [this.open, this.reached] = [what, false];
    else if (what === "answer" && this.open !== "blind") this.reached = true;
    else if (what === "transferor-left" && this.open !== "" && !this.reached) this.open = "blind";
    else if (ENDS_TRANSFER.includes(what) || what === "answer" || what === "transferor-left") this.open = "";
    return this.music;
  }

  private hears(what: string): boolean {
    switch (what) {
      case "arrive": case "hold": case "consult": case "blind": case "requeue": case "room-ended":
        return true;
      case "resume": case "join": case "completed": case "cancel": case "caller-left": case "end": case "expire":
      case "target-left":
        return false;
      case "swap":
        return !this.music;
      case "answer":
        return this.music && this.open === "consult";
      case "target-failed":
        return this.music && this.open === "blind";
      case "transferor-left":
        // With a target who has answered the caller goes on; otherwise they hear music until somebody answers.
        return this.open === "" || !this.reached;
      default:
        return this.music;
    }
  }
}

const ENDS_TRANSFER: readonly string[] = ["completed", "cancel", "target-failed", "target-left", "requeue"];

/** For each entry with which the caller's music ended: how long it had played, in ms; 0 for the others. */
function musicOf({ history }: CallRecord): readonly number[] {
  const ear = new Ear();
  let since = NaN;
  return history.map((h) => {
    const at = Date.parse(h.at);
    const music = ear.after(h);
    const played = music || Number.isNaN(since) ? 0 : at - since;
    if (!music) since = NaN;
    else if (Number.isNaN(since)) since = at;
    return played >= 1000 ? played : 0;
  });
}

/** When a call was, short: the day, and the time of day. */
export const whenWords = (record: Pick<CallRecord, "arrived">, now: number, zone: string): string =>
  dayAndTime(Date.parse(record.arrived), now, zone);

/** By whom and when something was noted. */
export function notedBy(note: { readonly by: Party; readonly at: string }, self: string, now: number, zone: string): string {
  const who = note.by.id === self ? "You" : partyName(note.by);
  return `${who}, ${dayWords(Date.parse(note.at), now, zone)}`;
}
