/**
 * What survives a reload. Per tab: the call it was in, the call back it has asked for and the list of recent calls, all
 * deleted at sign-out, and notes and settings that are not saved yet. Per computer: preferences. Storage that is full or forbidden counts as empty.
 */
import { decodeSettings } from "../contract/settings.js";
import { unsaved, WRAP_UP_FOR_MS, type Seen, type Typed, type WrapUp } from "../state/notes.js";
import type { RecentCall, Rejoin, State } from "../state/state.js";
import { REJOIN_FOR_MS } from "../state/screen.js";
import { FIELDS, isDirty, type Field, type KeptSettings } from "../state/settings.js";

export interface Preferences {
  readonly shortcuts: boolean;
  readonly input: string;
  readonly speaker: string;
  readonly ringer: string;
  /** The time zone of the history; "" is this computer's. */
  readonly zone: string;
}

/** What was typed and not saved, by call, and the call that was written up. */
export interface KeptNotes {
  readonly typed: Typed;
  readonly seen: Seen;
  readonly wrapUp: WrapUp | null;
}

export interface Memory {
  /** The call this tab was in a moment ago; null if there was none, it was too long ago, or it was another agent's. */
  rejoin(agent: string, now: number): Rejoin | null;
  setRejoin(agent: string, conference: string, now: number): void;
  forgetRejoin(): void;
  /** The key of the call back that this tab has asked for last, and when; "" if there is none. */
  calledBack(): { readonly request: string; readonly at: number };
  setCalledBack(request: string, at: number): void;
  recent(agent: string): readonly RecentCall[];
  setRecent(agent: string, calls: readonly RecentCall[]): void;
  notes(agent: string, now: number): KeptNotes;
  setNotes(agent: string, state: Pick<State, "notes" | "wrapUp">): void;
  /** Null if everything was saved. */
  settings(agent: string): KeptSettings | null;
  setSettings(agent: string, settings: State["settings"]): void;
  preferences(): Preferences;
  setPreferences(change: Partial<Preferences>): void;
  forget(): void;
}

const NO_NOTES: KeptNotes = { typed: {}, seen: {}, wrapUp: null };

type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const REJOIN = "agent-desk.call";
const CALLED_BACK = "agent-desk.called-back";
const RECENT = "agent-desk.recent";
/** Of each agent: who signs in next at this tab leaves alone what the one before could not save. */
const notesOf = (agent: string): string => `agent-desk.notes.${agent}`;
const settingsOf = (agent: string): string => `agent-desk.settings.${agent}`;
const PREFERENCES = "agent-desk.preferences";
const DEFAULTS: Preferences = { shortcuts: true, input: "", speaker: "", ringer: "", zone: "" };

function read(shelf: Shelf, key: string): unknown {
  try {
    return JSON.parse(shelf.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function write(shelf: Shelf, key: string, value: unknown): void {
  try {
    if (value === null) shelf.removeItem(key);
    else shelf.setItem(key, JSON.stringify(value));
  } catch {
    // Nothing depends on it: the server knows the call, and the list is a convenience.
  }
}

export function createMemory(tab: Shelf, computer: Shelf): Memory {
  const preferences = (): Preferences =>
    ({ ...DEFAULTS, ...(read(computer, PREFERENCES) as Partial<Preferences> | null) });
  return {
    rejoin: (agent, now) => {
      const note = read(tab, REJOIN) as { agent?: unknown; conference?: unknown; at?: unknown } | null;
      if (note?.agent !== agent || typeof note.conference !== "string" || typeof note.at !== "number"
        || now - note.at > REJOIN_FOR_MS) {
        return null;
      }
      return { conference: note.conference, at: note.at, asked: false };
    },
    setRejoin: (agent, conference, now) => write(tab, REJOIN, { agent, conference, at: now }),
    forgetRejoin: () => write(tab, REJOIN, null),
    calledBack: () => {
      const note = read(tab, CALLED_BACK) as { request?: unknown; at?: unknown } | null;
      return typeof note?.request === "string" && typeof note.at === "number"
        ? { request: note.request, at: note.at } : { request: "", at: 0 };
    },
    setCalledBack: (request, at) => write(tab, CALLED_BACK, request ? { request, at } : null),
    recent: (agent) => {
      const note = read(tab, RECENT) as { agent?: unknown; calls?: unknown } | null;
      return note?.agent === agent && Array.isArray(note.calls) ? (note.calls as RecentCall[]) : [];
    },
    setRecent: (agent, calls) => write(tab, RECENT, { agent, calls }),
    notes: (agent, now) => {
      const kept = read(tab, notesOf(agent)) as KeptNotes | null;
      if (typeof kept?.typed !== "object" || kept.typed === null) return NO_NOTES;
      const fresh = typeof kept.wrapUp?.at === "number" && now - kept.wrapUp.at <= WRAP_UP_FOR_MS;
      return { typed: kept.typed, seen: kept.seen ?? {}, wrapUp: fresh ? kept.wrapUp : null };
    },
    setNotes: (agent, { notes, wrapUp }) => {
      const { typed, seen } = unsaved(notes);
      const empty = wrapUp === null && Object.keys(typed).length === 0;
      // Nobody is signed in any more: what is not saved waits for the agent to come back.
      if (agent) write(tab, notesOf(agent), empty ? null : { typed, seen, wrapUp });
    },
    settings: (agent) => {
      const kept = read(tab, settingsOf(agent)) as Partial<KeptSettings> | null;
      const saved = decodeSettings(kept?.saved);
      if (!saved || typeof kept?.edits !== "object" || kept.edits === null) return null;
      const edits = Object.fromEntries(Object.entries(kept.edits).filter(([field]) => FIELDS.includes(field as Field)));
      return { saved, edits, meanwhile: kept.meanwhile ?? null };
    },
    setSettings: (agent, settings) => {
      const { saved, edits, meanwhile } = settings;
      if (agent) write(tab, settingsOf(agent), isDirty(settings) ? { saved, edits, meanwhile } : null);
    },
    preferences,
    setPreferences: (change) => write(computer, PREFERENCES, { ...preferences(), ...change }),
    forget: () => {
      write(tab, REJOIN, null);
      write(tab, CALLED_BACK, null);
      write(tab, RECENT, null);
    },
  };
}
