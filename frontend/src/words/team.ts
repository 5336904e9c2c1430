/** The team's view in words: a call's state, who hears whom, and why an act was refused. */
import type { Party, Problem, TeamAct, TeamCall } from "../contract/types.js";
import { partyName } from "./number.js";
import { problemWords } from "./problem.js";

const STATES: Record<TeamCall["state"], string> = {
  waiting: "Waiting", ringing: "Waiting", talking: "Talking", "add-ringing": "Bringing somebody in",
  "consult-ringing": "Asking a colleague", consulting: "Private consult", swapped: "Consult, back with the caller",
  "three-way": "Three-way talk",
  "keeps-place": "Keeps the place", "agent-first": "Calling back", calling: "Calling back", completing: "Handing over", ended: "Ending", unknown: "In progress",
};

export function stateWords(call: TeamCall): string {
  return call.state === "talking" && call.music.some(isCaller) ? "Caller on hold" : STATES[call.state];
}

/** The server's id of the caller as a party. */
const CALLER = "#caller";
const isCaller = (party: Party): boolean => party.id === CALLER;
const nameOf = (party: Party): string => (isCaller(party) ? "the caller" : partyName(party));

/** Who hears whom, one sentence for each group: "Alice and the caller hear each other." */
export function hearWords(call: TeamCall): readonly string[] {
  const sentences: string[] = [];
  const [only] = call.hear;
  if (call.hear.length > 1) sentences.push(`${and(call.hear)} hear each other.`);
  else if (only) sentences.push(`${and([only])} ${call.rung.length && !isCaller(only) ? "hears ringing" : "hears nobody"}.`);
  if (call.music.length) sentences.push(`${and(call.music)} ${call.music.length > 1 ? "hear" : "hears"} music.`);
  if (call.rung.length) sentences.push(rungWords(call.rung));
  return sentences;
}

export const rungWords = (rung: readonly Party[]): string => `${and(rung)} ${rung.length > 1 ? "are" : "is"} being rung.`;

/** Agents come before the caller. */
function and(parties: readonly Party[]): string {
  const names = [...parties].sort((a, b) => Number(isCaller(a)) - Number(isCaller(b))).map(nameOf);
  const last = names.pop() ?? "";
  const all = names.length ? `${names.join(", ")} and ${last}` : last;
  return all.slice(0, 1).toUpperCase() + all.slice(1);
}

const REFUSED: Record<string, string> = {
  "call-over": "This call is over.",
  taken: "Another agent has this caller now.",
  "hung-up": "This caller has hung up. They are called when it is their turn.",
  "not-offered": "This caller cannot be offered to that agent now: they wait for the agent whom they have lost. Try again in a moment.",
  "target-not-free": "That agent cannot be rung now.",
  "nobody-talks": "Nobody talks to this caller now.",
  coached: "Another supervisor coaches in this call.",
  "supervisors-full": "Two supervisors are in this call already.",
  "own-call": "You have a place in this call yourself.",
  "no-target": "There is no such agent any more.",
  "wrong-state": "This call has changed in the meantime, and cannot be ended now.",
  "not-supervisor": "You are no supervisor any more.",
  unreachable: "The server cannot be reached, so it is not known whether this was done.",
  timeout: "The server did not answer in time, so it is not known whether this was done.",
  unavailable: "The server is busy, so it is not known whether this was done.",
};

export const teamProblem = (problem: Problem): string => REFUSED[problem.slug] ?? problemWords(problem);

const TRANSFERS: Record<string, string> = {
  answered: "handed over", queued: "back to the line", "no-answer": "not answered", busy: "busy", declined: "declined",
  failed: "failed", cancelled: "taken back", "caller-left": "caller hung up", lost: "lost",
};

/** What became of a transfer, after a number: "3 handed over". */
export const transferWord = (outcome: string): string => TRANSFERS[outcome] ?? outcome;

const DOING: Record<TeamAct["action"], string> = {
  away: "Set Away", available: "Set Available", end: "End call", offer: "Offer", listen: "Listen", coach: "Coach",
  barge: "Barge in", leave: "Leave",
};

export const actWords = (act: TeamAct): string => DOING[act.action];
