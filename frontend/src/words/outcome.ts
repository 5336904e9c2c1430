/** The outcomes of an attempt to reach somebody, and of a call, in words. */
import type { Happening, Party, Reason, Transfer } from "../contract/types.js";
import { partyName, phoneNumber } from "./number.js";

/** Why somebody declined, as the end of a sentence, and as a button for the target. */
const REASON_WORDS: Record<Reason, string> = { busy: "busy", "not-my-topic": "not the right topic",
  break: "about to take a break" };

export const REASON_BUTTONS: Record<Reason, string> = { busy: "Busy", "not-my-topic": "Not my topic",
  break: "Taking a break" };

/**
 * Why a call could not be put through, by code: SIP codes of a failed call
 * (https://www.rfc-editor.org/rfc/rfc3261#section-21), Twilio's error codes of a refused dial, and those of the voice
 * SDK (https://www.twilio.com/docs/api/errors).
 */
const CODES: Record<string, string> = Object.fromEntries(
  Object.entries({
    "the number is not valid": [484, 485, 604, 13223, 13224, 13226, 21201, 21211, 21214, 21217],
    "calls to that country are not allowed": [13227, 21203, 21215],
    "calls to that number are not allowed": [13225, 21216, 21219],
    "our number may not be shown": [21210, 21212],
    "the line is busy": [486, 600, 31486],
    "the call was declined": [603, 607, 608, 31603],
    "nobody answered in time": [408, 487, 31487],
    "the phone network refused the call": [401, 403, 407],
    "the phone network does not accept our account": [10001, 20003, 20005],
    "we have too many calls at once": [10004],
    "the phone network is out of order or too busy": [500, 501, 502, 503, 504, 505, 513],
    "the other end could not take the call": [400, 405, 406, 415, 416, 420, 421, 429, 481, 482, 483, 488, 491, 493, 580,
      606],
  }).flatMap(([words, codes]) => codes.map((code) => [String(code), words])),
);

const GONE: readonly string[] = ["404", "410", "31404"];
const AWAY: readonly string[] = ["480", "31480"];

/** `outside` is whether a phone number was called rather than a colleague's page. */
export function whyFailed(code: string, outside: boolean): string {
  if (!outside && (GONE.includes(code) || AWAY.includes(code))) return "the page is closed or offline";
  if (GONE.includes(code)) return "the number is not in use";
  if (AWAY.includes(code)) return "the phone is off or out of reach";
  if (code === "slow") return "the phone network is too slow; try again";
  return CODES[code] ?? `the call could not be put through (code ${code})`;
}

/** "You", or the party's name. */
const person = (party: Party, self: string): string => (party.id === self ? "You" : partyName(party));

/** Why a target did not answer, or what became of them, as a sentence. `self` is this agent's id. */
export function targetOutcome({ by, to, outcome = "", reason }: Transfer, self: string): string {
  const who = person(to, self);
  const [what, code] = outcome.split(":", 2);
  switch (what) {
    case "answered":
      return `${who} ${who === "You" ? "have" : "has"} taken the call.`;
    case "busy":
      return `${who} ${who === "You" ? "were" : "is"} busy.`;
    case "declined":
      return `${who} declined the call${reason ? `: ${REASON_WORDS[reason]}` : ""}.`;
    case "cancelled":
      return `${person(by, self)} took the call to ${who === "You" ? "you" : who} back.`;
    case "caller-left":
      return "The caller hung up.";
    case "queued":
      return `${person(by, self)} gave the caller back to the line.`;
    case "no-answer":
    case "lost":
    case "failed":
      return `${notTaken(who, "", what, code, to.id.startsWith("+"))}.`;
    default:
      return `${who}: ${outcome}.`;
  }
}

/** Why the ringing stopped, for the list of recent calls. */
function ringOutcome(what: string, withName: string): string {
  switch (what) {
    case "caller-left":
      return "The caller hung up before you answered";
    case "cancelled":
      return `${withName || "A colleague"} took the call back before you answered`;
    case "ended":
      return "Ended by an agent before you answered";
    case "no-answer":
      return withName ? `Missed; transferred by ${withName}` : "Missed";
    case "declined":
      return "You declined";
    default:
      return "It stopped ringing because of a fault";
  }
}

/** The same as a notice at the moment, with who it was. `why` is a key of desk/ringend.ts or an outcome. */
export function ringEnded(why: string, number: string, by: string): string {
  const who = phoneNumber(number);
  switch (why.split(":", 1)[0]) {
    case "caller-left":
      return `${who}: the caller hung up before you answered.`;
    case "cancelled":
      return `${who}: ${by || "your colleague"} took the call back.`;
    case "ended":
      return `${who}: the call was ended before you answered.`;
    case "no-answer":
      return `${who}: you missed the call.`;
    case "declined":
      return `${who}: you declined the call.`;
    case "elsewhere":
      return `${who}: answered by you on another page.`;
    case "failed":
      return `${who}: it stopped ringing because of a fault.`;
    default:
      return "It stopped ringing.";
  }
}

/** How an attempt to reach a caller went, as the end of a sentence. */
export function backOutcome(outcome: string): string {
  const [what, code = ""] = outcome.split(":", 2);
  switch (what) {
    case "answered":
      return "answered";
    case "busy":
      return "the number was busy";
    case "no-answer":
      return "nobody answered";
    case "declined":
      return "the call was declined";
    case "machine":
      return "a machine seems to have answered";
    case "cancelled":
      return "stopped before an answer";
    case "caller-left":
      return "they hung up at once";
    case "lost":
      return "your page was not connected any more";
    case "not-allowed":
      return "the number may not be dialled any more";
    default:
      return code ? whyFailed(code, true) : "the call could not be put through";
  }
}

/** What only a call back to somebody who was not reached ends with. */
const NOT_REACHED: readonly string[] = ["busy", "no-answer", "declined", "machine", "cancelled", "lost", "failed"];

/** The same for the list of recent calls, of a call in which this agent has called the caller. */
function calledBack(outcome: string, withName: string): string {
  const what = outcome.split(":", 1)[0]!;
  return NOT_REACHED.includes(what) ? `You called: ${backOutcome(outcome)}` : `You called. ${callOutcome(outcome, withName)}`;
}

/** How a call ended for this agent, for the card after it and the list of recent calls. */
export function callOutcome(outcome: string, withName: string, rang = false, back = false): string {
  if (back) return calledBack(outcome, withName);
  if (rang) return ringOutcome(outcome.split(":", 1)[0]!, withName);
  switch (outcome.split(":", 1)[0]) {
    case "ended-here":
      return "You ended the call";
    case "handed-over":
      return withName ? `Handed over to ${withName}` : "Handed over";
    case "transferring":
      return `Transferred to ${withName || "a colleague"}, who is being rung`;
    case "requeued":
      return "You gave the caller back to the line";
    case "left-ringing":
      return `You left while ${withName || "a colleague"} was being rung`;
    case "left":
      return "You left; the caller stayed with your colleague";
    case "caller-left":
      return "The caller hung up";
    case "transferred":
      return withName ? `Handed over to ${withName}` : "Handed over";
    case "ended":
      return "Ended by an agent";
    case "cancelled":
      return `${withName || "A colleague"} took the call back`;
    case "lost":
    case "cut-off":
      return "The connection ended";
    case "no-answer":
      return "Missed";
    case "declined":
      return "Declined";
    default:
      return "Call ended";
  }
}

/**
 * One entry of a call's history. `self` is this agent's id. Why a leg was lost is not known: the text says that
 * somebody left.
 */
export function happening(h: Omit<Happening, "at">, self: string): string {
  const name = h.name === undefined ? undefined : phoneNumber(h.name);
  const who = h.agent === self ? "You" : name ?? "An agent";
  const whom = h.agent === self ? "you" : name ?? "a colleague";
  const was = h.agent === self ? "were" : "was";
  const by = h.by === self ? "You" : h.byName ?? "A colleague";
  switch (h.what) {
    case "arrive":
      return "The caller arrived";
    case "call-back":
      return `${who} called the caller`;
    case "caller-answered":
      return "The caller picked up";
    case "caller-failed":
      return `The caller was not reached: ${backOutcome(h.outcome ?? "")}`;
    case "machine":
      return "A machine seems to have picked up";
    case "offer":
      return h.by === undefined ? `Rang ${whom}` : `${by} had ${whom} rung`;
    case "listen":
      return `${who} listened as a supervisor`;
    case "coach":
      return `${who} coached as a supervisor`;
    case "barge":
      return `${who} talked to all as a supervisor`;
    case "supervisor-left":
      return `${who} left as a supervisor`;
    case "set-away":
      return `${by} set ${whom} Away`;
    case "answer":
      return `${who} answered`;
    case "offer-failed":
    case "target-failed": {
      const [what, code] = (h.outcome ?? "").split(":", 2);
      return notTaken(who, was, what, code, h.name?.startsWith("+") ?? false, h.reason);
    }
    case "consult":
      return `${by} asked ${whom} for a private talk`;
    case "add":
      return `${by} dialled ${whom} in`;
    case "blind":
      return `${by} transferred the caller to ${whom} and left`;
    case "requeue":
      return `${who} gave the caller back to the line`;
    case "swap":
      return "Swapped between caller and colleague";
    case "join":
      return "Everybody together";
    case "complete":
      return "Handing over";
    case "completed":
      return `${who} took the call over`;
    case "cancel":
      return `${by} took the call to ${whom} back`;
    case "hold":
      return "Caller on hold";
    case "resume":
      return "Caller off hold";
    case "transferor-left":
    case "target-left":
      return `${who} left the call`;
    case "caller-left":
      return "The caller hung up";
    case "room-ended":
      return "The room ended; the caller went back to music";
    case "end":
      return h.agent === undefined ? "The call was ended" : `${who} ended the call`;
    case "expire":
      return "The longest wait was reached";
    case "return":
      return "The caller left no message, and waits again";
    default:
      return h.what;
  }
}

function notTaken(who: string, was: string, what = "", code = "", outside = false, reason?: Reason): string {
  switch (what) {
    case "declined":
      return `${who} declined${reason ? `: ${REASON_WORDS[reason]}` : ""}`;
    case "busy":
      return `${who} ${was} busy`;
    case "failed":
      return `${who} could not be reached${code ? `: ${whyFailed(code, outside)}` : ""}`;
    case "lost":
      return `${who} left the call`;
    default:
      return `${who} did not answer`;
  }
}
