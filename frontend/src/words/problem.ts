/** Refusals in words, by slug. The server's text is a last resort: it is written for developers. */
import type { Problem } from "../contract/types.js";

/** `unreachable`, `timeout` and `unreadable` are this page's own; the others are shared/httpapi's table. */
const BY_SLUG: Record<string, string> = {
  unreachable: "The server cannot be reached. The call goes on; try again in a moment.",
  timeout: "The server did not answer in time. The call goes on.",
  unreadable: "The server's answer cannot be read. Reload this page after the call.",
  "not-signed-in": "Your sign-in has ended. Sign in again after the call.",
  "no-name": "Your sign-in does not name an agent. Ask whoever manages the accounts.",
  removed: "You were taken off this line. Ask whoever manages the accounts.",
  "target-needed": "Choose a colleague first.",
  "no-call": "You are in no call any more.",
  "not-yours": "Only the agent who holds the call can do this.",
  "too-many-hops": "This caller has been handed over too often already.",
  "wrong-state": "The call has changed in the meantime, so this is not possible now.",
  "target-not-free": "Your colleague cannot take a call now. Choose somebody else.",
  "nobody-free": "No colleague is free now. Try again in a moment.",
  "not-all-seen": "Not all colleagues can be looked at now, and none of the others is free. Try again in a moment.",
  "too-many-numbers": "Too many outside numbers were dialled lately. Try again later.",
  conflict: "Somebody else acted at the same moment. Look at the call and try again.",
  "target-in-call": "This colleague is in the call already.",
  "no-target": "There is no such colleague any more.",
  "target-not-allowed": "This number may not be dialled.",
  unavailable: "The server is busy. Try again in a moment.",
  "call-back-off": "Calling back is not switched on.",
  "number-withheld": "The caller has withheld their number.",
  "not-ready": "You have a call, or this page is not connected. Try again in a moment.",
  "already-called": "That number has a call on this line already.",
  "message-taken": "Somebody else has that message.",
  "no-message": "That message is not there any more.",
  "not-supervisor": "Only a supervisor may see that.",
  "no-record": "You were in no such call, or it is not kept any more.",
  "note-changed": "You have changed this note in another tab or window. Typing on here replaces what is saved there:",
  "note-too-long": "A note has at most 2,000 characters.",
  internal: "Something went wrong in the server. Try again in a moment.",
};

/** By slug and reason, for a slug that has several. */
const BY_REASON: Record<string, string> = {
  "target-not-allowed not-e164": "There is no such phone number. Is a digit missing or too many?",
  "target-not-allowed own": "This is our own number.",
  "target-not-allowed country": "Numbers in that country may not be dialled.",
  "target-not-allowed short": "Emergency and other short numbers may not be dialled.",
  "target-not-allowed premium": "Premium-rate and other costly numbers may not be dialled.",
  "target-not-allowed no-person": "This number is a pager or voicemail, not a person.",
  "target-in-call caller": "This is the caller's own number.",
  "already-called calling": "Somebody is calling this number already.",
  "already-called waiting": "This caller is in the line now. They are offered to whoever is free.",
  "already-called talks": "Somebody talks to this caller now.",
  "too-many-numbers caller": "Too many outside numbers were dialled for this caller. Choose a colleague.",
};

const BY_STATUS: Record<number, string> = {
  400: "The server did not understand this page. Reload it after the call.",
  401: "Your sign-in has ended. Sign in again after the call.",
  403: "You are not allowed to do this.",
  404: "This is not there any more.",
  409: "The call has changed in the meantime, so this is not possible now.",
  413: "That was too long.",
  422: "This target may not be dialled.",
  426: "This page is out of date. Reload it after the call.",
  429: "Too many requests. Try again in a moment.",
  502: "The server did not answer. The call goes on.",
  503: "The server is busy. Try again in a moment.",
  504: "The server did not answer in time. The call goes on.",
};

/** The same, if the server says which agent it is. */
const BY_AGENT: Record<string, (name: string) => string> = {
  "already-called calling": (name) => `${name} is calling this number already.`,
  "already-called talks": (name) => `${name} talks to this caller now.`,
};

export function problemWords(problem: Problem): string {
  const named = problem.detail && BY_AGENT[`${problem.slug} ${problem.reason}`];
  if (named) return named(problem.detail);
  return BY_REASON[`${problem.slug} ${problem.reason}`] ?? BY_SLUG[problem.slug] ?? BY_STATUS[problem.status] ?? (problem.title || "This did not work.");
}

/**
 * The same for what is asked of the records: no call is in danger, and what the server does not accept is what the agent
 * has chosen, of which it says the reason.
 */
export function recordsProblem(problem: Problem): string {
  switch (problem.slug) {
    case "unreachable": return "The server cannot be reached. Try again in a moment.";
    case "timeout": return "The server did not answer in time. Try again in a moment.";
    case "malformed": return problem.detail ?? "The server does not accept this filter.";
    default: return problemWords(problem);
  }
}
