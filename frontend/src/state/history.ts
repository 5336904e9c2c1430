/** The history of calls that have ended: the filter, the pages that were read, and the call that is open. */
import type { CallNote, CallOutcome, CallPage, CallRecord, CallSearch, Directory, Party, Problem } from "../contract/types.js";
import { finder } from "../words/find.js";
import { addDays, ownZone, startOfDay, wallClock } from "../words/zone.js";
import { typedNumber } from "../words/typed.js";

export type When = "" | "today" | "yesterday" | "week" | "month" | "span";

/** As it is typed; "" everywhere is no filter. */
export interface Filter {
  readonly when: When;
  /** Dates of a span, each of which may be missing. */
  readonly from: string;
  readonly to: string;
  /** A name, or a part of one, or an id. */
  readonly agent: string;
  readonly caller: string;
  /** The number itself if it was taken from a call; what is typed is read as a number of the line's country. */
  readonly exact: string;
  /** Missed is none that a call ends with: nobody has talked to the caller, however it came to that. */
  readonly outcome: CallOutcome | "missed" | "";
  readonly code: string;
  readonly text: string;
}

export const NO_FILTER: Filter = { when: "", from: "", to: "", agent: "", caller: "", exact: "", outcome: "", code: "",
  text: "" };

export interface History {
  readonly filter: Filter;
  /** The request that the list answers; null before the first. */
  readonly asked: CallSearch | null;
  readonly calls: readonly CallRecord[];
  /** There may be more after the list. */
  readonly cursor: string;
  readonly loading: "" | "first" | "more";
  readonly problem: Problem | null;
  /** The id of the call that is open; "" while the list is shown. */
  readonly open: string;
  readonly zone: string;
  /** How many calls have been read for the export that is under way; null if none is. */
  readonly read: number | null;
}

export const NO_HISTORY: History = { filter: NO_FILTER, asked: null, calls: [], cursor: "", loading: "", problem: null,
  open: "", zone: ownZone(), read: null };

export type HistoryEvent =
  | { readonly type: "history-filter"; readonly filter: Partial<Filter> }
  | { readonly type: "history-ask"; readonly asked: CallSearch; readonly more: boolean }
  | { readonly type: "history-page"; readonly asked: CallSearch; readonly page: CallPage }
  | { readonly type: "history-failed"; readonly asked: CallSearch; readonly problem: Problem }
  | { readonly type: "history-open"; readonly call: string }
  | { readonly type: "history-zone"; readonly zone: string }
  | { readonly type: "history-read"; readonly read: number | null };

export function applyHistory(history: History, event: HistoryEvent): History {
  switch (event.type) {
    case "history-filter": {
      const typed = event.filter.caller !== undefined && event.filter.exact === undefined ? { exact: "" } : {};
      return { ...history, filter: { ...history.filter, ...typed, ...event.filter } };
    }
    case "history-ask":
      return { ...history, asked: event.asked, loading: event.more ? "more" : "first", problem: null };
    case "history-page": {
      if (event.asked !== history.asked) return history; // another list has been asked for since
      const known = history.loading === "more" ? history.calls : [];
      const fresh = event.page.calls.filter((c) => !known.some((k) => k.id === c.id));
      return { ...history, calls: [...known, ...fresh], cursor: event.page.cursor ?? "", loading: "" };
    }
    case "history-failed": {
      if (event.asked !== history.asked) return history;
      // A list that a filter does not belong to is not shown beside it; pages that were read stay.
      const list = history.loading === "more" ? {} : { calls: [], cursor: "" };
      return { ...history, ...list, loading: "", problem: event.problem };
    }
    case "history-open":
      return { ...history, open: event.call };
    case "history-zone":
      return { ...history, zone: event.zone };
    case "history-read":
      return { ...history, read: event.read };
  }
}

/** With an agent's note on a call in place of their former one; an empty note is none. */
export function withNote(history: History, call: string, note: CallNote): History {
  if (!history.calls.some((c) => c.id === call)) return history;
  return { ...history, calls: history.calls.map((c) => (c.id === call ? rewritten(c, note) : c)) };
}

function rewritten({ name: _old, ...call }: CallRecord, note: CallNote): CallRecord {
  const others = call.notes.filter((n) => n.by.id !== note.by.id);
  const all = note.note || note.code || note.name ? [...others, note] : others;
  const notes = all.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  // The newest name is the caller's.
  const name = notes.findLast((n) => n.name)?.name;
  return { ...call, notes, ...(name ? { name } : {}) };
}

/** The open call; undefined if the list is shown, or has been read anew without it. */
export const openCall = ({ calls, open }: History): CallRecord | undefined => calls.find((c) => c.id === open);

export const filtered = (filter: Filter): boolean => Object.values(filter).some((value) => value !== "");

/** The span in server time. A missing end is left to the server. */
export function spanOf({ when, from, to }: Filter, now: number, zone: string): Pick<CallSearch, "from" | "to"> {
  const today = wallClock(now, zone).date;
  const begin = (date: string): { from?: string } => moment("from", startOfDay(date, zone));
  const end = (date: string): { to?: string } => moment("to", startOfDay(addDays(date, 1), zone));
  switch (when) {
    case "": return {};
    case "today": return begin(today);
    case "yesterday": return { ...begin(addDays(today, -1)), ...end(addDays(today, -1)) };
    case "week": return begin(addDays(today, -6));
    case "month": return begin(addDays(today, -29));
    case "span": return { ...(from ? begin(from) : {}), ...(to ? end(to) : {}) };
  }
}

const moment = (name: "from" | "to", ms: number): { from?: string; to?: string } =>
  Number.isNaN(ms) ? {} : { [name]: new Date(ms).toISOString() };

/** What a search is made of: what is typed, and the directory, null before the first answer. */
type Searched = { readonly history: History; readonly directory: Directory | null };

/** The agents of the directory, which may have more, and those of the calls that are listed. */
export function knownAgents(state: Searched): readonly Party[] {
  const known = new Map(state.directory?.agents.map((a) => [a.id, a.name]));
  for (const { party } of state.history.calls.flatMap((c) => c.legs)) {
    if (!party.id.startsWith("+") && !known.has(party.id)) known.set(party.id, party.name);
  }
  return [...known].map(([id, name]) => ({ id, name }));
}

/** Whom the typed text means: one who has this id or exactly this name, or else all whose names it is a part of. */
export function meant(typed: string, agents: readonly Party[]): readonly Party[] {
  const exactly = agents.filter((a) => a.id === typed || a.name === typed);
  return exactly.length ? exactly : agents.filter((a) => finder(typed)(a.name));
}

/** The request for what is typed; `now` is server time. The agent is the one who is meant. */
export function searchOf(state: Searched, now: number, agent = ""): CallSearch {
  const { filter, zone } = state.history;
  const typed = filter.caller.trim();
  const caller = filter.exact || typedNumber(typed, state.directory?.number ?? "").number || typed;
  return {
    ...spanOf(filter, now, zone),
    ...(agent ? { agent } : {}),
    ...(caller ? { caller } : {}),
    ...(filter.outcome === "missed" ? { missed: true } : filter.outcome ? { outcome: filter.outcome } : {}),
    ...(filter.code ? { code: filter.code } : {}),
    ...(filter.text.trim() ? { text: filter.text.trim() } : {}),
  };
}
