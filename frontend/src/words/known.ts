/** What is known of a caller, in words. */
import type { KnownCall, KnownCaller } from "../contract/types.js";
import { currentCall } from "../state/screen.js";
import type { State } from "../state/state.js";
import { people } from "./record.js";
import { dayAndTime } from "./zone.js";

export interface KnownWords {
  readonly name: string;
  /** How often and when last; "" if nothing may be said. */
  readonly calls: string;
  /** The last note and code, in one line. */
  readonly note: string;
}

/** What is known of a caller. `now` is server time. */
export function knownWords(known: KnownCaller, self: string, now: number, zone: string): KnownWords {
  const { count, more, last, note, name = "" } = known;
  if (count === 0) return { name, calls: "No earlier call is known", note: "" };
  const times = count === 1 && !more ? "Called once before" : `Called ${more ? `more than ${count}` : count} times before`;
  return {
    name,
    calls: last ? `${times}, last ${dayAndTime(Date.parse(last.at), now, zone)}${lastWords(last, self)}` : times,
    note: note ? [note.code, note.note.trim().replace(/\s+/g, " ")].filter(Boolean).join(": ") : "",
  };
}

function lastWords(last: KnownCall, self: string): string {
  if (last.with.length) return ` with ${people(last.with, self)}`;
  if (last.outcome === "closed") return ", and the line was closed";
  if (last.outcome === "abandoned") return ", and hung up before an answer";
  return last.outcome === "expired" ? ", and waited too long" : "";
}

/** Of the caller who rings or is in the call here; null if nothing is known of them. */
export const knownHere = (state: State): KnownCaller | null =>
  state.caller !== null && state.caller.call === currentCall(state) ? state.caller.known : null;

export function knownHereWords(state: State): KnownWords | null {
  const known = knownHere(state);
  const { snapshot, history } = state;
  return known && snapshot ? knownWords(known, snapshot.agent.id, Date.parse(snapshot.at), history.zone) : null;
}
