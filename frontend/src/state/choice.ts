/** Who may be picked as the target of a transfer: the rows of the list, as the filter leaves them. */
import { ANYBODY, type DirectoryEntry } from "../contract/types.js";
import { partyName, phoneNumber, typedNumber } from "../words/number.js";
import type { State } from "./state.js";

export interface Choice {
  readonly colleagues: readonly DirectoryEntry[];
  /** The number that was typed, where outside numbers are enabled; empty if none was. */
  readonly number: string;
  readonly anybody: boolean;
}

export function choiceOf(state: State): Choice {
  const self = state.snapshot?.agent.id ?? "";
  const wanted = state.compose.filter.trim().toLowerCase();
  return {
    colleagues: (state.directory?.agents ?? []).filter((a) => a.id !== self && a.name.toLowerCase().includes(wanted)),
    number: state.snapshot?.numbers ? typedNumber(wanted) : "",
    anybody: wanted === "",
  };
}

/** Nobody is called who is not to be seen as chosen: a target whose row the filter has taken away is chosen no more. */
export function withoutHidden(state: State): State {
  const { target } = state.compose;
  const { colleagues, number, anybody } = choiceOf(state);
  const shown = target === "" || (target === ANYBODY ? anybody : target === number || colleagues.some((a) => a.id === target));
  return shown ? state : { ...state, compose: { ...state.compose, target: "" } };
}

/** Whom the verbs would call, in words. */
export function targetName(state: State): string {
  const { target } = state.compose;
  if (target === ANYBODY) return "the next free colleague";
  if (target.startsWith("+")) return phoneNumber(target);
  const entry = state.directory?.agents.find((a) => a.id === target);
  return entry ? partyName(entry) : "your colleague";
}
