/** Typed outcomes of an attempt to reach somebody, and of a call, in words. */
import type { Happening, Reason } from "../contract/types.js";
import { phoneNumber } from "./number.js";

/** Why somebody declined, as the end of a sentence, and as a button of the one who is rung. */
const REASON_WORDS: Record<Reason, string> = { busy: "busy", "not-my-topic": "not the right topic", break: "about to take a break" };

export const REASON_BUTTONS: Record<Reason, string> = { busy: "Busy", "not-my-topic": "Not my topic", break: "Taking a break" };

/** Codes of the phone network that mean something to an agent (Twilio error dictionary). */
const CODES: Record<string, string> = {
  "13224": "the number is not valid",
  "13227": "calls to that country are not allowed",
  "21210": "our number may not be shown",
  "21211": "the number is not valid",
  "21215": "calls to that country are not allowed",
  "21216": "calls to that number are not allowed",
  "21217": "the number is not valid",
  "31404": "the colleague's page could not be found",
  "31480": "the colleague's page is not connected",
};

/** Why a target did not come, as a sentence that follows the name: "Bob ...". */
export function targetOutcome(name: string, outcome: string, reason?: Reason): string {
  const [what, code] = outcome.split(":", 2);
  switch (what) {
    case "answered":
      return `${name} has taken the call.`;
    case "no-answer":
      return `${name} did not answer.`;
    case "busy":
      return `${name} is busy.`;
    case "declined":
      return `${name} declined the call${reason ? `: ${REASON_WORDS[reason]}` : ""}.`;
    case "cancelled":
      return `You took the call to ${name} back.`;
    case "caller-left":
      return "The caller hung up.";
    case "lost":
      return `${name} was cut off.`;
    case "failed":
      return `${name} could not be reached${code ? `: ${CODES[code] ?? `the phone network said ${code}`}` : ""}.`;
    default:
      return `${name}: ${outcome}.`;
  }
}

/** How a call ended for this agent, for the card after it and the list of recent calls. */
export function callOutcome(outcome: string, withName: string): string {
  switch (outcome.split(":", 1)[0]) {
    case "ended-here":
      return "You ended the call";
    case "handed-over":
      return withName ? `Handed over to ${withName}` : "Handed over";
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
    case "lost":
      return "Connection lost";
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

/** One line of a call's history. `self` is this agent's id. */
export function happening(h: Omit<Happening, "at">, self: string): string {
  const name = h.name === undefined ? undefined : phoneNumber(h.name);
  const who = h.agent === self ? "You" : name ?? "An agent";
  const whom = h.agent === self ? "you" : name ?? "a colleague";
  const was = h.agent === self ? "were" : "was";
  switch (h.what) {
    case "arrive":
      return "The caller arrived";
    case "offer":
      return `Rang ${whom}`;
    case "answer":
      return `${who} answered`;
    case "offer-failed":
      return notTaken(who, was, h.outcome ?? "", h.reason);
    case "consult":
      return h.agent === self ? "A colleague asked you for a private talk" : `Private talk with ${whom} requested`;
    case "add":
      return `Dialled ${whom} in`;
    case "target-failed":
      return notTaken(who, was, h.outcome ?? "", h.reason);
    case "swap":
      return "Swapped between caller and colleague";
    case "join":
      return "Everybody together";
    case "complete":
      return "Handing over";
    case "completed":
      return `${who} took the call over`;
    case "cancel":
      return `Transfer to ${whom} cancelled`;
    case "hold":
      return "Caller on hold";
    case "resume":
      return "Caller off hold";
    case "transferor-left":
      return `${who} ${was} cut off; the caller went back to music`;
    case "target-left":
      return `${who} left`;
    case "caller-left":
      return "The caller hung up";
    case "room-ended":
      return "The room ended; the caller went back to music";
    case "end":
      return "The call was ended";
    case "expire":
      return "The longest wait was reached";
    default:
      return h.what;
  }
}

function notTaken(who: string, was: string, outcome: string, reason?: Reason): string {
  const [what, code] = outcome.split(":", 2);
  switch (what) {
    case "declined":
      return `${who} declined${reason ? `: ${REASON_WORDS[reason]}` : ""}`;
    case "busy":
      return `${who} ${was} busy`;
    case "failed":
      return `${who} could not be reached${code ? ` (${CODES[code] ?? code})` : ""}`;
    case "lost":
      return `${who} ${was} cut off`;
    default:
      return `${who} did not answer`;
  }
}
