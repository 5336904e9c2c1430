/** A supervisor's own leg in a call: which call it is, and which of its buttons work. */
import type { Mode, TeamAct, TeamCall } from "../contract/types.js";
import type { Button } from "./allow.js";
import type { State } from "./state.js";

/** The call that this page's supervisor is in, or about to be in; "" if there is none. */
export function watchedCall({ leg, snapshot }: State): string {
  if (leg) return leg.ring.watch ? leg.ring.conference || snapshot?.watching?.call || "" : "";
  return snapshot?.watching?.call ?? "";
}

/** What the supervisor has asked for in that call, or is just asking for; "" if they are not in it. */
export function modeIn(state: State, call: string): Mode | "" {
  if (watchedCall(state) !== call) return "";
  return state.snapshot?.watching?.call === call ? state.snapshot.watching.mode : "";
}

/** Listen, Coach or Barge in. While one act is under way no other begins. */
export function watchButton(state: State, call: TeamCall | undefined, id: string, mode: Mode): Button {
  const no = (why: string): Button => ({ on: false, why, busy: false });
  const { act } = state.team;
  const own = (a: TeamAct): boolean => a.action === mode && a.call === id;
  if (act) return { on: false, why: "Wait for the last press", busy: own(act) };
  const here = watchedCall(state) === id;
  if (here && modeIn(state, id) === mode) return { on: true, why: "", busy: false }; // it is pressed
  if (state.leg && !here) return no("You are in another call");
  if (!here && state.device.is !== "registered") return no("Go online first: you listen through this page");
  if (call && !call.actions.includes(mode)) return no(whyNot(call, mode, here));
  return { on: true, why: "", busy: false };
}

function whyNot(call: TeamCall, mode: Mode, here: boolean): string {
  const others = call.supervisors ?? [];
  if (mode === "coach" && others.some((s) => s.mode === "coach")) return "Another supervisor coaches in this call";
  if (!here && others.length >= 2) return "Two supervisors are in this call";
  return "Not now";
}
