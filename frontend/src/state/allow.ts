/**
 * Which buttons of a call work now. A verb works exactly when the server lists it in `call.actions`; a button that does
 * not work says why. The server alone decides which verbs are allowed.
 */
import type { Action, Call, DirectoryEntry } from "../contract/types.js";
import { presenceOf } from "../words/agent.js";
import { entryOf } from "./choice.js";
import { serverThere } from "./known.js";
import type { State } from "./state.js";
import type { Target } from "./target.js";

/** The actions that have a target. */
export type Begins = "consult" | "blind" | "add";

export const begins = (action: Action): action is Begins =>
  action === "consult" || action === "blind" || action === "add";

export interface Button {
  readonly on: boolean;
  /** Why it does not work, in words; empty when it does. */
  readonly why: string;
  /** Pressed, and not shown by the server yet. */
  readonly busy: boolean;
}

const yes: Button = { on: true, why: "", busy: false };
const no = (why: string): Button => ({ on: false, why, busy: false });

/** A verb without a target. Ending the call does not wait for a pending request. */
export function verb(state: State, call: Call, action: Action): Button {
  if (state.pending?.action === action) return { on: false, why: "Waiting for the server", busy: true };
  if (state.pending && action !== "end") return no("Wait for the last request to finish");
  if (state.apiDownAt) return no("The server cannot be reached. The call goes on.");
  if (state.session !== "signed-in") return no("Your sign-in has ended. The call goes on.");
  return call.actions.includes(action) ? yes : no(whyNot(call, action));
}

/** What starts a transfer also needs a free colleague. */
export function start(state: State, call: Call, action: Begins): Button {
  const can = verb(state, call, action);
  if (!can.on) return can;
  const why = whyNotTarget(state, state.compose.target);
  return why ? no(why) : can;
}

/** Declining with a reason; without one the page rejects the leg through the SDK. */
export function decline(state: State): Button {
  if (state.screen.is !== "ringing") return no("Nothing rings");
  const { call } = state.screen;
  return call ? verb(state, call, "decline") : no("Waiting for the server");
}

function whyNotTarget(state: State, target: Target | null): string {
  switch (target?.is) {
    case undefined: return "Choose a colleague first";
    case "anybody": return somebodyFree(state) === false ? "Nobody is free now" : "";
    case "number": return state.snapshot?.numbers ? "" : "Outside numbers are not enabled";
    case "agent": {
      const entry = entryOf(state, target);
      return entry ? unselectable(entry, state.snapshot?.agent.id ?? "") : "This colleague is not in the list any more";
    }
  }
}

/** Whether a colleague is free; null if nobody is of those who could be read, and not all could be. */
export function somebodyFree({ snapshot, directory }: State): boolean | null {
  const free = directory?.agents.some((a) => a.id !== snapshot?.agent.id && a.presence === "available");
  return free || (directory && !directory.partial ? false : null);
}

/** Why a colleague cannot be chosen; empty if they can be, or if it is not known, so that the server decides. */
export function unselectable(entry: DirectoryEntry, self: string): string {
  if (entry.id === self) return "This is you";
  return entry.presence === "available" || entry.presence === "unknown" ? "" : `${entry.name} is ${presenceOf(entry).toLowerCase()}`;
}

/** How the agent leaves while the caller stays with somebody: by a request, or by hanging up the own leg. */
export type LeaveBy = "complete" | "hang-up";

export function leaveNow(state: State, call: Call): LeaveBy | null {
  const by = leaveBy(call);
  // If the server cannot be reached, it hands over when Twilio tells it of the leg's end.
  return by === "complete" && !serverThere(state) ? "hang-up" : by;
}

export function leaveBy(call: Call): LeaveBy | null {
  if (call.actions.includes("complete")) return "complete";
  // If the target becoming the owner left, nobody would be with the caller.
  if (call.state === "completing" || call.state === "ended") return null;
  if (call.role === "target") return "hang-up";
  return rings(call) && call.role === "transferor" ? "hang-up" : null;
}

/** The target is being rung. */
export function rings(call: Call): boolean {
  return call.state === "add-ringing" || call.state === "consult-ringing";
}

export function leave(state: State, call: Call): Button {
  const by = leaveNow(state, call);
  if (state.leaving) return { on: false, why: "Leaving", busy: true };
  if (by === "complete") return verb(state, call, "complete");
  if (by === "hang-up") return yes;
  if (call.state === "ended") return no("The call is over");
  if (call.state === "completing") {
    return no(call.role === "target" ? "The call is becoming yours" : "You are being taken out already");
  }
  return no("You are the only one with the caller. Bring in a colleague first, or end the call.");
}

/**
 * What the last button of a call does: end it for everybody, or, if no other way out works, hang up this page's own
 * leg. Hanging up always works and needs no server.
 */
export function outBy(state: State, call: Call): "end" | "hang-up" {
  const end = verb(state, call, "end");
  const out = leave(state, call);
  return end.on || end.busy || out.on || out.busy || (state.pending && serverThere(state)) ? "end" : "hang-up";
}

/** How long a request to leave may be pending before the agent may hang up instead. */
export const OUT_AFTER_MS = 3000;

/** The pending request to leave has had its time. */
export function outIsLate(state: State, now: number): boolean {
  const { pending } = state;
  return (pending?.action === "end" || pending?.action === "complete") && now - pending.at >= OUT_AFTER_MS;
}

/**
 * Reconnecting a call with one-way audio (F046). Not while anybody else is in the call or joining it: hanging up would
 * then hand the caller over.
 */
export function renewsLeg(state: State): boolean {
  const { screen } = state;
  if (screen.is !== "in-call" || screen.leg.phase !== "open" || state.session !== "signed-in" || state.pending) {
    return false;
  }
  return screen.call.state === "talking" && screen.call.role !== "target";
}

const STATE_REASONS: Partial<Record<Call["state"], string>> = {
  completing: "The caller is being handed over",
  ended: "The call is over",
  unknown: "The server does not offer this now",
};

function whyNot(call: Call, action: Action): string {
  const byState = STATE_REASONS[call.state];
  if (byState) return byState;
  if (call.role === "target") return `Only ${call.owner?.name ?? "the agent who called you in"} can do this`;
  const open = call.state !== "talking";
  switch (action) {
    case "consult":
    case "blind":
    case "add":
    case "requeue":
      return open ? "One transfer at a time" : "This caller has been handed over too often";
    case "hold":
      return open ? "Not during a transfer" : "The caller is on hold already";
    case "resume":
      return open ? "Not during a transfer" : "The caller is not on hold";
    case "swap":
    case "complete":
      return open ? "Your colleague has not answered yet" : "Nobody else is in the call";
    case "join":
      if (call.state === "three-way") return "Everybody is together already";
      return open ? "Your colleague has not answered yet" : "Nobody else is in the call";
    case "decline":
      return "The call has been answered";
    case "cancel":
      return "There is no transfer to cancel";
    case "end":
      return "Not while you talk with your colleague alone: join, complete or cancel first";
  }
}
