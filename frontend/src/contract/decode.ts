/**
 * Decodes the server's JSON (answers, and snapshots pushed over the voice connection) into the contract's types.
 * Unknown fields, states and actions are dropped or marked unknown, so an old page works with a new server. A snapshot
 * without a field that the page needs is refused with null as a whole.
 *
 * Each type has a table of its fields: a field that openapi.yaml adds does not compile without a line here.
 */
import {
  ACTIONS, CALL_STATES, HELD, MODES, PRESENCES, PROGRESS, REASONS, ROLES, STATUSES, STATUS_REASONS, TRANSFER_KINDS,
  type Action, type Agent, type Call, type ChannelTicket, type Directory, type DirectoryEntry, type Happening, type Hours, type LastCall, type Line,
  type Party, type Problem, type Snapshot, type Supervisor, type Transfer, type VoiceToken,
  type Watching,
} from "./types.js";

type Raw = Readonly<Record<string, unknown>>;

/** Decodes one field; `of` is the object that has it. Undefined: it is absent, or means nothing to this page. */
export type Decode<T> = (value: unknown, of: Raw) => T | undefined;

type Optional<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];
type Table<T, K extends keyof T> = { readonly [P in K]-?: Decode<Exclude<T[P], undefined>> };

/** Decodes an object: undefined without one of the fields that it must have; an optional field may be left out. */
export function object<T>(must: Table<T, Exclude<keyof T, Optional<T>>>, may: Table<T, Optional<T>>): Decode<T> {
  const needed = Object.entries(must) as [string, Decode<unknown>][];
  const others = Object.entries(may) as [string, Decode<unknown>][];
  return (value) => {
    const raw = fields(value);
    if (!raw) return undefined;
    const out: Record<string, unknown> = {};
    for (const [name, decode] of needed) {
      if ((out[name] = decode(raw[name], raw)) === undefined) return undefined;
    }
    for (const [name, decode] of others) {
      const field = decode(raw[name], raw);
      if (field !== undefined) out[name] = field;
    }
    return out as T;
  };
}

function fields(value: unknown): Raw | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Raw) : undefined;
}

export const string: Decode<string> = (value) => (typeof value === "string" ? value : undefined);
export const name: Decode<string> = (value) => string(value, {}) || undefined; // not empty
export const time: Decode<string> = (value) =>
  typeof value === "string" && !Number.isNaN(Date.parse(value)) ? value : undefined;
export const yes: Decode<true> = (value) => (value === true ? true : undefined);
export const count: Decode<number> = (value) => (typeof value === "number" && value >= 0 ? Math.floor(value) : undefined);

export function oneOf<T extends string>(known: readonly T[]): Decode<T> {
  return (value) => known.find((k) => k === value);
}

/** All elements that mean something. */
export function list<T>(decode: Decode<T>): Decode<T[]> {
  return (value, of) => {
    if (!Array.isArray(value)) return undefined;
    return value.map((v) => decode(v, of)).filter((v): v is Awaited<T> & T => v !== undefined);
  };
}

/** What the page assumes if the field is absent or means nothing. */
export function or<T>(decode: Decode<T>, otherwise: (of: Raw) => T | undefined): Decode<T> {
  return (value, of) => decode(value, of) ?? otherwise(of);
}

export const no = or<boolean>(yes, () => false);
export const text = or(string, () => "");
const nameOrId = or(name, (of) => name(of.id, of));

export const callerMay = { called: oneOf(["planned", "dialing", "ringing", "answered"]), machine: yes };

export const party = object<Party>({ id: name, name: nameOrId }, {});

const transfer = object<Transfer>({
  kind: or(oneOf(TRANSFER_KINDS), () => "add"), // of an unknown kind, nobody is told that the caller does not hear them
  by: party,
  to: party,
  began: time,
  progress: or(oneOf(PROGRESS), () => "dialing"),
}, { note: name, outcome: name, ended: time, reason: oneOf(REASONS) });

export const happening = object<Happening>({ at: time, what: name },
  { agent: name, name, by: name, byName: name, outcome: name, reason: oneOf(REASONS) });

export const supervisor = object<Supervisor>({ name, mode: oneOf(MODES) }, { heard: oneOf(MODES) });

const watching = object<Watching>({ call: name, leg: text, mode: oneOf(MODES), settled: no },
  { heard: oneOf(MODES), hidden: yes, alone: yes });

const call = object<Call>({
  id: name,
  version: or(count, () => 0),
  leg: text,
  state: or<Call["state"]>(oneOf(CALL_STATES), () => "unknown"),
  since: time,
  role: oneOf(ROLES),
  caller: (value, of) => object<Call["caller"]>({
    number: text,
    verified: no,
    arrived: or(time, () => time(of.since, of)),
    waitingSince: or(time, (caller) => time(caller.arrived, caller) ?? time(of.since, of)),
  }, callerMay)(value, of),
  held: or(list(oneOf(HELD)), () => []),
  actions: or(list<Action>(oneOf(ACTIONS)), () => []),
  history: or(list(happening), () => []),
}, { owner: party, heldSince: time, overdue: yes, transfer, supervisors: list(supervisor) });

const lastCall = object<LastCall>({ outcome: text, at: time, caller: text },
  { began: time, call: name, rang: yes, with: name, calledBack: yes });

const agent = object<Agent>({
  id: name,
  name: nameOrId,
  status: or(oneOf(STATUSES), () => "away"),
  presence: or(oneOf(PRESENCES), (of) => oneOf(STATUSES)(of.status, of) ?? "away"),
  since: time,
}, {
  presenceSince: time,
  wrapUpUntil: time,
  why: oneOf(STATUS_REASONS),
  by: name,
  last: object<NonNullable<Agent["last"]>>({ outcome: text, at: time }, { call: name }),
  recent: list(lastCall),
});

const line = object<Line>({ count, more: no }, { longest: time, kept: count, unknown: yes, unread: yes });

const hours = object<Hours>({ open: (value) => (typeof value === "boolean" ? value : undefined) }, { until: time });

const directory = object<Directory>({
  at: time,
  agents: or((value, of) => list(object<DirectoryEntry>({
    id: name,
    name: nameOrId,
    presence: or(oneOf(PRESENCES), () => "offline"),
    since: or(time, () => time(of.at, of)),
    seen: or(time, () => time(of.at, of)),
  }, { rung: yes }))(value, of), () => []),
}, { number: name, more: yes, partial: yes });

/** A call that cannot be read refuses the whole snapshot. */
const snapshot = object<Snapshot>({
  at: time,
  agent,
  call: (value, of) => (value === null || value === undefined ? null : call(value, of)),
  line: or(line, () => ({ count: 0, more: false, unknown: true })),
}, { numbers: yes, hours, watching, beatWithin: count, colleagues: directory, newMessages: count });

const token = object<VoiceToken>({ identity: text, token: name, expiresAt: time }, {});

const channel = object<ChannelTicket>({ address: name, protocols: list(name), until: time }, {});

/** A snapshot, or null if a needed field is missing. */
export function decodeSnapshot(value: unknown): Snapshot | null {
  return snapshot(value, {}) ?? null;
}

/** A snapshot pushed over the voice connection. The SDK delivers the content as an object or as a JSON string. */
export function decodePushed(content: unknown): Snapshot | null {
  if (typeof content !== "string") return decodeSnapshot(content);
  try {
    return decodeSnapshot(JSON.parse(content));
  } catch {
    return null;
  }
}

export function decodeDirectory(value: unknown): Directory | null {
  return directory(value, {}) ?? null;
}

export function decodeChannel(value: unknown): ChannelTicket | null {
  return channel(value, {}) ?? null;
}

export function decodeToken(value: unknown): VoiceToken | null {
  return token(value, {}) ?? null;
}

/** A problem; always yields something that can be shown (API Gateway itself answers `{"message":"..."}`). */
export function decodeProblem(status: number, value: unknown): Problem {
  return object<Problem>({
    slug: (_, of) => text(of.type, of)?.split("/").filter(Boolean).at(-1) ?? "",
    status: () => status,
    title: or(name, (of) => text(of.message, of)),
  }, { detail: name, field: name, reason: name, state: name })(fields(value) ?? {}, {}) ?? { slug: "", status, title: "" };
}
