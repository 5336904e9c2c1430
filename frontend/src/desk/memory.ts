/**
 * What outlives a reload. For this tab: which conference it was in, and the list of recent calls; both are forgotten at
 * sign-out. For this computer: taste. Storage that is full or forbidden is as good as empty.
 */
import type { RecentCall, Rejoin } from "../state/state.js";
import { REJOIN_FOR_MS } from "../state/screen.js";

export interface Preferences {
  readonly shortcuts: boolean;
  readonly input: string;
  readonly speaker: string;
  readonly ringer: string;
}

export interface Memory {
  /** The call this tab was in a moment ago; null if it was in none or that is too long ago. */
  rejoin(now: number): Rejoin | null;
  setRejoin(conference: string, now: number): void;
  recent(): readonly RecentCall[];
  setRecent(calls: readonly RecentCall[]): void;
  preferences(): Preferences;
  setPreferences(change: Partial<Preferences>): void;
  forget(): void;
}

type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const REJOIN = "agent-desk.call";
const RECENT = "agent-desk.recent";
const TASTE = "agent-desk.preferences";
const DEFAULTS: Preferences = { shortcuts: true, input: "", speaker: "", ringer: "" };

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
  const taste = (): Preferences => ({ ...DEFAULTS, ...(read(computer, TASTE) as Partial<Preferences> | null) });
  return {
    rejoin: (now) => {
      const note = read(tab, REJOIN) as { conference?: unknown; at?: unknown } | null;
      if (typeof note?.conference !== "string" || typeof note.at !== "number" || now - note.at > REJOIN_FOR_MS) return null;
      return { conference: note.conference, at: note.at, asked: false };
    },
    setRejoin: (conference, now) => write(tab, REJOIN, conference === "" ? null : { conference, at: now }),
    recent: () => {
      const list = read(tab, RECENT);
      return Array.isArray(list) ? (list as RecentCall[]) : [];
    },
    setRecent: (calls) => write(tab, RECENT, calls),
    preferences: taste,
    setPreferences: (change) => write(computer, TASTE, { ...taste(), ...change }),
    forget: () => {
      write(tab, REJOIN, null);
      write(tab, RECENT, null);
    },
  };
}
