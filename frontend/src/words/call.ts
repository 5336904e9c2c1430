/** Who hears whom, in words: the largest text on the screen beside the caller's number. */
import type { Call, CallState } from "../contract/types.js";
import { ALL, type Known } from "../state/known.js";
import { partyName } from "./number.js";
import { targetOutcome } from "./outcome.js";
import { timeOfDay } from "./time.js";

/** What a party hears, as words and as colour, never as colour alone. */
export type Hears = "voices" | "music" | "silence" | "nothing" | "rung" | "unknown";

export interface Hearing {
  readonly caller: Hears;
  /** "The caller hears ...", without the subject. */
  readonly callerWords: string;
  /** What this agent hears and who hears this agent. */
  readonly you: string;
}

/** The other agent in the call, or the outside number. */
export function colleague(call: Call): string {
  const party = call.role === "target" ? call.transfer?.by ?? call.owner : call.transfer?.to;
  return party ? partyName(party) : "your colleague";
}

/** An outside party has picked up; nobody is connected to them before they accept. */
const asked = (call: Call): boolean => call.transfer?.progress === "asked";

/**
 * `muted` is this page's own microphone. Who is on hold is what the server knows of Twilio, not what the state wants:
 * until Twilio has done it, the two differ.
 */
export function hearing(call: Call, muted: boolean, known: Known = ALL): Hearing {
  const says = heard(call, muted);
  if (says.caller === "nothing") return says;
  const sound = muted ? says.you : SOUND[known.sound] || says.you;
  if (known.told) {
    const words = says.callerWords.replace(/^hears/, "heard").replace(/^is/, "was");
    return { caller: "unknown", callerWords: `${words} at ${timeOfDay(known.told)}`, you: sound === says.you && !muted
      ? NOTHING_NEWER : sound };
  }
  return { ...says, ...withoutYou(says, known.sound), you: sound };
}

const NOTHING_NEWER = "Nothing newer is known: the server cannot be reached";

const SOUND: Record<Known["sound"], string> = {
  flows: "",
  lost: "The sound is interrupted both ways",
  deaf: "Nothing is heard from the other side",
  dumb: "Your voice does not leave this computer",
  doubtful: "Nothing comes from your microphone: is it muted?",
};

/** What the caller hears, where it is unknown whether this agent is heard, or known that they are not. */
function withoutYou({ callerWords }: Hearing, sound: Known["sound"]): Partial<Hearing> {
  const [, other = ""] = /^hears you(?: and (.+))?$/.exec(callerWords) ?? [callerWords, null];
  if (sound === "flows" || other === null) return {};
  if (sound === "dumb") {
    return { caller: other ? "voices" : "silence", callerWords: other ? `hears ${other}, and not you`
      : "does not hear you" };
  }
  return { caller: "unknown", callerWords: other ? `hears ${other}, perhaps not you` : "may not hear you" };
}

function heard(call: Call, muted: boolean): Hearing {
  const name = colleague(call);
  const held = call.held.includes("caller");
  const you = muted ? "You are muted: nobody hears you" : "";
  const music = (also: string): Hearing => ({ caller: "music", callerWords: "hears music", you: you || also });
  switch (call.state) {
    case "keeps-place":
    case "agent-first":
    case "calling":
      return { caller: "rung", callerWords: CALLED[call.caller.called ?? "planned"], you: you
        || (call.caller.called === "ringing" ? "You hear ringing" : "Nobody hears you yet") };
    case "waiting":
    case "ringing": // The agent has given the caller away, and stays in the conference until the music plays.
      return { caller: "unknown", callerWords: muted ? "is put on hold" : "may still hear you",
        you: you || "Your line closes in a moment" };
    case "talking":
    case "add-ringing": {
      if (held) return music("The caller cannot hear you");
      if (call.caller.machine && call.state === "talking") return withYou(muted, "A machine seems to have picked up");
      return withYou(muted, call.state === "add-ringing"
        ? `${name} is ${asked(call) ? "asked to accept" : "being rung"}` : "");
    }
    case "consult-ringing":
      if (!held) return withYou(muted, "");
      return music(asked(call)
        ? `${name} has picked up and is asked to accept`
        : `You hear ringing: ${name} is being rung`);
    case "consulting":
    case "swapped":
    case "three-way":
      return threeHearing(call, name, muted);
    case "completing":
      if (held) {
        return music(call.role === "target" ? "The call is about to be yours" : `You and ${name} hear each other`);
      }
      return { caller: "voices", callerWords: call.role === "target" ? "hears you" : `hears ${name}`,
        you: call.role === "target" ? "The call is yours" : "You are being taken out" };
    case "ended":
      if (call.overdue) return held ? music("You have ended the call") : withYou(muted, "You have ended the call");
      return { caller: "nothing", callerWords: "is no longer on the line", you: "Your line closes in a moment" };
    case "unknown":
      return { caller: "voices", callerWords: "is on the line", you: "" };
  }
}

/** How far a call back is, after "The caller". */
const CALLED: Record<NonNullable<Call["caller"]["called"]>, string> = {
  planned: "is dialled in a moment",
  dialing: "is being dialled",
  ringing: "is being rung",
  answered: "has picked up",
};

/** Only this agent is with the caller. */
function withYou(muted: boolean, also: string): Hearing {
  return muted
    ? { caller: "silence", callerWords: "hears silence", you: also ? `You are muted. ${also}` : "You are muted" }
    : { caller: "voices", callerWords: "hears you", you: also };
}

/** Caller, transferor and target are in the conference: those who are not on hold hear each other. */
function threeHearing(call: Call, name: string, muted: boolean): Hearing {
  const caller = call.held.includes("caller");
  const target = call.held.includes("target");
  const nobody = muted ? "You are muted: nobody hears you" : "";
  if (caller) {
    const both = target
      ? (call.role === "target" ? "You hear music, too" : `${name} hears music, too`)
      : `You and ${name} talk privately`;
    return { caller: "music", callerWords: "hears music", you: nobody || both };
  }
  if (!target) {
    return { caller: "voices", callerWords: muted ? `hears ${name}` : `hears you and ${name}`, you: nobody
      || "All three hear each other" };
  }
  return call.role === "target"
    ? { caller: "voices", callerWords: `hears ${name}`, you: "You hear music until you are brought back" }
    : withYou(muted, `${name} hears music`);
}

/** The leg is open, and the server knows of no call on it. */
export const LATE = "The server does not say whether you are through. Speak; if nobody answers, hang up.";

/** The same, and the connection is lost. */
export const LATE_AND_CUT = "The connection to the phone network is interrupted, and it is not known whether you are through.";

/** What is shown while Twilio has not confirmed an effect. It must fit into one line of a screen of 320 px. */
export const OVERDUE = "Not done yet. Trying again.";

/** The same, read out; empty otherwise. */
export function overdueWords(call: Call): string {
  if (!call.overdue) return "";
  return call.state === "ended"
    ? "The phone network has not let the caller go yet. It is being tried again."
    : "The phone network has not done this yet. It is being tried again.";
}

/** What happens to the caller when this page's own leg is hung up. */
export function hangUpWords(call: Call, known: Known): string {
  const late = known.signalling ? "" : " The phone network notices it within about half a minute.";
  return becomes(call) + late;
}

function becomes(call: Call): string {
  const name = colleague(call);
  switch (call.state) {
    case "ended":
      return "The call is over; only your own line closes.";
    case "keeps-place":
    case "agent-first":
    case "calling":
      return "Nobody is called now.";
    case "add-ringing":
    case "consult-ringing":
      return `The caller hears music and is put through to ${name}, or to somebody else.`;
    case "consulting":
    case "swapped":
    case "three-way":
      return `The caller goes on with ${name}.`;
    case "completing":
      if (call.role !== "target") return `The caller goes on with ${name}.`;
  }
  return "The caller stays on the line, hears music and is put through again: to you while you are online, or to a colleague.";
}

/** Whether it is we who dial the caller: an agent calls them back, or it is the turn of a place that they keep. */
export const isDialled = (call: Call | null | undefined): boolean => call?.caller.called !== undefined;

const STATES: Record<CallState, string> = {
  waiting: "Back in the line",
  ringing: "Handing over", // shown until the own leg is ended after a blind transfer
  talking: "In a call",
  "add-ringing": "Dialling a colleague in",
  "consult-ringing": "Calling a colleague",
  consulting: "Private talk",
  swapped: "Back with the caller",
  "three-way": "Three-way call",
  completing: "Handing over",
  ended: "The call is over",
  "agent-first": "Calling back",
  "keeps-place": "Keeps the place",
  calling: "Calling back",
  unknown: "In a call",
};

export function stateWords(call: Call): string {
  if (call.state === "ended" && call.overdue) return "Ending the call";
  if (call.state === "talking" && call.held.includes("caller")) return "On hold";
  if (call.role === "target") {
    if (call.state === "swapped") return call.held.includes("target") ? "You are on hold" : "In a call";
    if (call.state === "completing") return "The call becomes yours";
  }
  return STATES[call.state];
}

/** How far the target has come, or why they did not answer. */
export function targetWords(call: Call): string {
  const t = call.transfer;
  if (!t) return "";
  const name = partyName(t.to);
  if (t.outcome) return targetOutcome(t, call.role === "target" ? t.to.id : call.owner?.id ?? "");
  if (call.role === "target") return forTarget(call, colleague(call));
  switch (t.progress) {
    case "planned":
      return t.kind === "consult" ? `Putting the caller on hold, then calling ${name}` : `About to call ${name}`;
    case "dialing":
      return `Calling ${name}`;
    case "ringing":
      return `${name}'s phone is ringing`;
    case "asked":
      return `${name} has picked up and is asked to accept`;
    case "answered":
      return `${name} is on the line`;
    case "ended":
      return `${name} has left`;
  }
}

/** The same as far as it is known now. */
export function targetNow(call: Call, known: Known): string {
  return known.told ? `At ${timeOfDay(known.told)}: ${targetWords(call)}` : targetWords(call);
}

/** The same, written for the target. */
function forTarget(call: Call, by: string): string {
  switch (call.state) {
    case "consulting":
      return `You are on the line with ${by}`;
    case "swapped":
      return `${by} talks with the caller`;
    case "three-way":
      return `You are on the line with ${by} and the caller`;
    case "completing":
      return `${by} hands the caller over to you`;
    default:
      return `${by} has called you in`;
  }
}

/** Everybody in the call, sorted by what they hear, for the picture of who is with whom. */
export interface Groups {
  readonly talking: readonly string[];
  readonly music: readonly string[];
  readonly ringing: readonly string[];
}

export function groups(call: Call): Groups {
  const name = colleague(call);
  const open = call.transfer !== undefined && call.transfer.outcome === undefined;
  const ring = open && call.transfer?.progress !== "answered" ? [name] : [];
  switch (call.state) {
    case "consulting":
    case "swapped":
    case "three-way": {
      const target = call.role === "target" ? "You" : name;
      const held = (who: string): boolean => call.held.includes(who === "Caller"
        ? "caller"
        : "target") && (who === "Caller" || who === target);
      const all = ["Caller", "You", name];
      return { talking: all.filter((who) => !held(who)), music: all.filter(held), ringing: [] };
    }
    case "keeps-place":
    case "agent-first":
    case "calling":
      return { talking: ["You"], music: [], ringing: call.caller.called === "ringing" ? ["Caller"] : [] };
    case "waiting":
    case "ringing":
      return { talking: ["You"], music: [], ringing: [] };
    case "completing":
      if (call.held.includes("caller")) return { talking: ["You", name], music: ["Caller"], ringing: [] };
      return call.role === "target"
        ? { talking: ["Caller", "You"], music: [], ringing: [] }
        : { talking: ["Caller", name], music: [], ringing: [] };
    case "ended":
      if (!call.overdue) return { talking: ["You"], music: [], ringing: [] };
      return call.held.includes("caller")
        ? { talking: ["You"], music: ["Caller"], ringing: [] }
        : { talking: ["Caller", "You"], music: [], ringing: [] };
    default:
      return call.held.includes("caller")
        ? { talking: ["You"], music: ["Caller"], ringing: ring }
        : { talking: ["Caller", "You"], music: [], ringing: ring };
  }
}
