/**
 * The agent's own notes on calls: what the server has, and what was typed here and is not saved yet. What is typed is
 * never given up: it stays in its field and in the tab's storage until the server has it.
 */
import type { CallNote, CallRules, NoteRequest, Problem } from "../contract/types.js";

export interface NoteFields {
  readonly note: string;
  readonly code: string;
  readonly name: string;
}

export interface Draft {
  /** As the server has it; null while that is not known. */
  readonly kept: NoteFields | null;
  /** The version of what is kept, as it was seen here; -1: not known, or a server that knows no versions. */
  readonly version: number;
  /** What a request to save has sent that is under way, or failed and may have taken effect: the server may have it. */
  readonly sent: NoteFields | null;
  /** What was typed since; a field may have been changed back to what is kept. */
  readonly typed: Partial<NoteFields>;
  readonly typedAt: number;
  /** Why the last request failed. */
  readonly problem: Problem | null;
  /** It is shown; one that is not is forgotten once the server has it. */
  readonly open: boolean;
}

export type Notes = Readonly<Record<string, Draft>>;

/** The call that the agent writes up. */
export interface WrapUp {
  readonly call: string;
  readonly number: string;
  readonly at: number;
  /** How often *Done* was pressed without the code that is required. */
  readonly codeMissed: number;
}

const EMPTY: NoteFields = { note: "", code: "", name: "" };
const NEW: Draft = { kept: null, version: -1, sent: null, typed: {}, typedAt: 0, problem: null, open: true };

export const NOTE_MAX = 2000;
export const NAME_MAX = 100;
/** From so many characters before the limit on, the form counts them. */
export const COUNT_FROM = 200;
/** How long after a call its note is offered again to an agent who has loaded the page anew. */
export const WRAP_UP_FOR_MS = 3_600_000;

export type NoteEvent =
  | { readonly type: "note-open"; readonly call: string }
  | { readonly type: "note-typed"; readonly call: string; readonly fields: Partial<NoteFields>; readonly at: number }
  | { readonly type: "note-told"; readonly call: string; readonly note: CallNote | undefined; readonly version: number }
  | { readonly type: "note-sent"; readonly call: string; readonly fields: NoteFields }
  | { readonly type: "note-kept"; readonly call: string; readonly fields: NoteFields; readonly version: number }
  | { readonly type: "note-failed"; readonly call: string; readonly problem: Problem }
  | { readonly type: "note-closed"; readonly call: string };

export function applyNote(notes: Notes, event: NoteEvent): Notes {
  const draft = notes[event.call];
  const put = (next: Draft): Notes => ({ ...notes, [event.call]: next });
  if (event.type === "note-open") return put({ ...(draft ?? NEW), open: true });
  if (!draft) return notes;
  switch (event.type) {
    case "note-typed":
      return put({ ...draft, typed: { ...draft.typed, ...event.fields }, typedAt: event.at, problem: null });
    case "note-told": {
      const told = { ...EMPTY, ...fieldsOfNote(event.note) };
      const next = settled(draft, told, event.version);
      // The failure of a save is not over before one succeeds.
      const problem = changedElsewhere(draft, told, event.version) ? CHANGED : draft.problem;
      return closed(put({ ...next, problem: dirty(next) ? problem : null }), event.call);
    }
    case "note-sent":
      return put({ ...draft, sent: event.fields });
    case "note-kept":
      return closed(put({ ...settled(draft, event.fields, event.version), problem: null }), event.call);
    case "note-failed":
      return put({ ...draft, problem: event.problem });
    case "note-closed":
      return closed(put({ ...draft, open: false }), event.call);
  }
}

function fieldsOfNote(note: CallNote | undefined): Partial<NoteFields> {
  return note ? { note: note.note, code: note.code ?? "", name: note.name ?? "" } : {};
}

/** The server is known to have this: without the fields that say the same. */
function settled(draft: Draft, kept: NoteFields, version: number): Draft {
  const typed = Object.entries(draft.typed).filter(([field, value]) => kept[field as keyof NoteFields] !== value);
  return { ...draft, kept, version, sent: null, typed: Object.fromEntries(typed) };
}

const CHANGED: Problem = { slug: "note-changed", status: 409, title: "" };

/**
 * Somebody else, such as this agent in another tab, has saved another text in a field that was typed into here: it is
 * not replaced before more is typed, which happens in sight of it. What this page has sent itself is no such text.
 */
function changedElsewhere(draft: Draft, told: NoteFields, version: number): boolean {
  if (draft.version < 0 || version === draft.version || (draft.sent && sameFields(draft.sent, told))) return false;
  return Object.keys(draft.typed).some((field) => {
    const key = field as keyof NoteFields;
    return told[key] !== draft.typed[key] && told[key] !== draft.kept?.[key];
  });
}

const sameFields = (a: NoteFields, b: NoteFields): boolean =>
  a.note === b.note && a.code === b.code && a.name.trim() === b.name.trim();

/** What is kept is not what was kept when the agent typed, and both are to be seen. */
export const isElsewhere = (draft: Draft | undefined): boolean => draft?.problem?.slug === CHANGED.slug;

function closed(notes: Notes, call: string): Notes {
  const draft = notes[call];
  if (!draft || draft.open || dirty(draft)) return notes;
  const { [call]: _gone, ...others } = notes;
  return others;
}

export function closeNotes(notes: Notes): Notes {
  return Object.keys(notes).reduce((left, call) => applyNote(left, { type: "note-closed", call }), notes);
}

export const fieldsOf = (draft: Draft | undefined): NoteFields => ({ ...EMPTY, ...draft?.kept, ...draft?.typed });

/** Something was typed that the server does not have, or may not have. */
export function dirty({ kept, sent, typed }: Draft): boolean {
  return Object.entries(typed).some(([field, value]) => !kept || sent || kept[field as keyof NoteFields] !== value);
}

/** Characters as the server counts them: code points. */
export const lengthOf = (text: string): number => [...text].length;

export function tooMany(draft: Draft | undefined): number {
  return Math.max(0, lengthOf(fieldsOf(draft).note) - NOTE_MAX);
}

/** What is sent, over the version that was seen; -1: over any. */
export function requestOf({ note, code, name }: NoteFields, version: number): NoteRequest {
  return { note, ...(code ? { code } : {}), ...(name.trim() ? { name: name.trim() } : {}),
    ...(version < 0 ? {} : { version }) };
}

export type Typed = Readonly<Record<string, Partial<NoteFields>>>;
/** Over what it was typed. */
export type Seen = Readonly<Record<string, Pick<Draft, "version" | "sent">>>;

/** The drafts that a reload must not lose. */
export function unsaved(notes: Notes): { readonly typed: Typed; readonly seen: Seen } {
  const left = Object.entries(notes).filter(([, d]) => dirty(d));
  return { typed: Object.fromEntries(left.map(([call, d]) => [call, d.typed])),
    seen: Object.fromEntries(left.map(([call, { version, sent }]) => [call, { version, sent }])) };
}

/** What was typed before a reload, to be saved now. */
export function restored(typed: Typed, seen: Seen): Notes {
  return Object.fromEntries(Object.entries(typed).map(([call, fields]) =>
    [call, { ...NEW, ...seen[call], typed: fields, open: false }]));
}

export const keepsRecords = (rules: CallRules | null): boolean => rules?.records === true;

/** The server takes none of it as it is; something else must be typed. */
export const refusesFields = (problem: Problem | null): boolean =>
  problem?.slug === "malformed" || problem?.slug === "note-too-long";

/** What is typed cannot be kept as it is: *Done* waits until it can. */
export const isStuck = (draft: Draft | undefined): boolean =>
  draft !== undefined && dirty(draft) && (tooMany(draft) > 0 || refusesFields(draft.problem));
