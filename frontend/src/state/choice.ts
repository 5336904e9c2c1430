/** Who may be chosen as the target of a transfer: the rows of the list that pass the filter. */
import type { Directory, DirectoryEntry } from "../contract/types.js";
import { finder } from "../words/find.js";
import { partyName, phoneNumber } from "../words/number.js";
import { typedNumber } from "../words/typed.js";
import type { State } from "./state.js";
import { colleague, outside, sameTarget, type Target } from "./target.js";

export interface Choice {
  readonly colleagues: readonly DirectoryEntry[];
  /** The typed number, where outside numbers are enabled; empty if none was typed. */
  readonly number: string;
  readonly anybody: boolean;
  /** Why the typed text looks like a number and cannot be dialled; empty otherwise. */
  readonly refused: string;
}

export function choiceOf(state: State): Choice {
  const self = state.snapshot?.agent.id ?? "";
  const { filter } = state.compose;
  const matches = finder(filter);
  const typed = typedNumber(filter, state.directory?.number ?? "");
  const allowed = state.snapshot?.numbers === true;
  const found = (state.directory?.agents ?? []).filter((a) => a.id !== self && matches(a.name));
  return {
    colleagues: found.map((a) => asHere(state, a)),
    number: allowed ? typed.number : "",
    anybody: filter.trim() === "",
    refused: refusedWords(state, typed.number, typed.why),
  };
}

/** The list is as old as the last heartbeat: a target who has answered since is not being rung any more. */
function asHere({ snapshot }: State, a: DirectoryEntry): DirectoryEntry {
  const transfer = snapshot?.call?.transfer;
  return a.rung && transfer?.to.id === a.id && transfer.progress === "answered" ? { ...a, rung: false } : a;
}

function refusedWords(state: State, number: string, why: string): string {
  if (!number && !why) return "";
  if (!state.snapshot?.numbers) return "Phone numbers cannot be dialled here. Only colleagues can be brought in.";
  return state.screen.is === "in-call" ? why : "A phone number can be brought in only during a call.";
}

/**
 * Who is missing in a list that was read in part stays in it, after those who are free: that they are gone is not known,
 * nor what they do.
 */
export function withUnread(directory: Directory, old: Directory | null): Directory {
  if (!directory.partial || !old) return directory;
  const { agents } = directory;
  const read = new Set(agents.map((a) => a.id));
  const unread = old.agents.filter((a) => !read.has(a.id)).map((a) => ({ ...a, presence: "unknown" as const }));
  const free = (a: DirectoryEntry): boolean => a.presence === "available";
  return { ...directory, agents: [...agents.filter(free), ...unread, ...agents.filter((a) => !free(a))] };
}

/** A target whose row the filter has removed is no longer chosen: nobody is dialled who is not visibly chosen. */
export function withoutHidden(state: State): State {
  const { target } = state.compose;
  const { colleagues, number, anybody } = choiceOf(state);
  const shown = target === null || (target.is === "anybody" ? anybody
    : sameTarget(target, outside(number)) || colleagues.some((a) => sameTarget(target, colleague(a.id))));
  return shown ? state : { ...state, compose: { ...state.compose, target: null } };
}

/** The chosen target, in words. */
export function targetName(state: State): string {
  const { target } = state.compose;
  switch (target?.is) {
    case "anybody": return "the next free colleague";
    case "number": return phoneNumber(target.number);
    default: {
      const entry = entryOf(state, target);
      return entry ? partyName(entry) : "your colleague";
    }
  }
}

/** The row of the chosen colleague; undefined if the list has none. */
export function entryOf(state: State, target: Target | null): DirectoryEntry | undefined {
  return target?.is === "agent" ? state.directory?.agents.find((a) => a.id === target.id) : undefined;
}
