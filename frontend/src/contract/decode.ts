/**
 * Decodes the server's JSON (answers, and snapshots pushed over the voice connection) into the contract's types.
 * Unknown fields, states and actions are dropped or marked unknown, so an old page works with a new server. A snapshot
 * without a field that the page needs is refused with null as a whole.
 */
import {
  ACTIONS, CALL_STATES, REASONS,
  type Action, type Agent, type Call, type CallState, type Directory, type DirectoryEntry, type Happening, type Held,
  type LastCall,
  type Line, type Party, type Presence, type Problem, type Progress, type Reason, type Role, type Snapshot, type Status,
  type Transfer, type VoiceToken,
} from "./types.js";

type Fields = Record<string, unknown>;

const STATUSES: readonly Status[] = ["available", "away", "wrap-up"];
const PRESENCES: readonly Presence[] = ["available", "away", "wrap-up", "busy", "offline"];
const ROLES: readonly Role[] = ["offered", "owner", "transferor", "target"];
const HELD: readonly Held[] = ["caller", "transferor", "target"];
const PROGRESS: readonly Progress[] = ["planned", "dialing", "ringing", "asked", "answered", "ended"];

function fields(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function time(value: unknown): string | null {
  return typeof value === "string" && !Number.isNaN(Date.parse(value)) ? value : null;
}

function oneOf<T extends string>(value: unknown, known: readonly T[]): T | null {
  return known.find((k) => k === value) ?? null;
}

/** The named optional text fields; absent ones are left out, because exactOptionalPropertyTypes allows no undefined. */
function optional<K extends string>(from: Fields, ...names: K[]): { [P in K]?: string } {
  const out: { [P in K]?: string } = {};
  for (const name of names) {
    const value = from[name];
    if (typeof value === "string" && value !== "") out[name] = value;
  }
  return out;
}

/** The same for times; one that cannot be parsed is left out. */
function times<K extends string>(from: Fields, ...names: K[]): { [P in K]?: string } {
  const out: { [P in K]?: string } = {};
  for (const name of names) {
    const at = time(from[name]);
    if (at) out[name] = at;
  }
  return out;
}

function present<T>(values: (T | null)[]): T[] {
  return values.filter((v): v is T => v !== null);
}

function decodeParty(value: unknown): Party | null {
  const f = fields(value);
  if (!f || text(f.id) === "") return null;
  return { id: text(f.id), name: text(f.name) || text(f.id) };
}

function reason(from: Fields): { reason?: Reason } {
  const known = oneOf(from.reason, REASONS);
  return known ? { reason: known } : {};
}

function decodeTransfer(value: unknown): Transfer | null {
  const f = fields(value);
  const by = f && decodeParty(f.by);
  const to = f && decodeParty(f.to);
  const began = f && time(f.began);
  if (!f || !by || !to || !began) return null;
  return {
    kind: f.kind === "add" ? "add" : "consult",
    by, to, began,
    progress: oneOf(f.progress, PROGRESS) ?? "dialing",
    ...optional(f, "note", "outcome", "ended"),
    ...reason(f),
  };
}

function decodeHappening(value: unknown): Happening | null {
  const f = fields(value);
  const at = f && time(f.at);
  if (!f || !at || text(f.what) === "") return null;
  return { at, what: text(f.what), ...optional(f, "agent", "name", "by", "byName", "outcome"), ...reason(f) };
}

function decodeCall(value: unknown): Call | null {
  const f = fields(value);
  const caller = f && fields(f.caller);
  const since = f && time(f.since);
  const role = f && oneOf(f.role, ROLES);
  if (!f || !caller || !since || !role || text(f.id) === "") return null;
  const owner = decodeParty(f.owner);
  const transfer = decodeTransfer(f.transfer);
  const state: CallState = oneOf(f.state, CALL_STATES) ?? "unknown";
  const heldSince = time(f.heldSince);
  const arrived = time(caller.arrived) ?? since;
  return {
    id: text(f.id),
    version: typeof f.version === "number" ? f.version : 0,
    leg: text(f.leg),
    state, since, role,
    caller: {
      number: text(caller.number),
      verified: caller.verified === true,
      arrived,
      waitingSince: time(caller.waitingSince) ?? arrived,
    },
    ...(owner ? { owner } : {}),
    held: present(list(f.held).map((h) => oneOf(h, HELD))),
    ...(heldSince ? { heldSince } : {}),
    ...(f.overdue === true ? { overdue: true } : {}),
    ...(transfer ? { transfer } : {}),
    actions: present(list(f.actions).map((a): Action | null => oneOf(a, ACTIONS))),
    history: present(list(f.history).map(decodeHappening)),
  };
}

function decodeLastCall(value: unknown): LastCall | null {
  const f = fields(value);
  const at = f && time(f.at);
  const began = f && time(f.began);
  if (!f || !at) return null;
  return { outcome: text(f.outcome), at, ...(began ? { began } : {}), caller: text(f.caller),
    ...(f.rang === true ? { rang: true } : {}), ...optional(f, "call", "with") };
}

function decodeAgent(value: unknown): Agent | null {
  const f = fields(value);
  const since = f && time(f.since);
  if (!f || !since || text(f.id) === "") return null;
  const status = oneOf(f.status, STATUSES) ?? "away";
  const why = oneOf(f.why, ["missed", "unreachable"] as const);
  const last = fields(f.last);
  const lastAt = last && time(last.at);
  return {
    id: text(f.id),
    name: text(f.name) || text(f.id),
    status,
    presence: oneOf(f.presence, PRESENCES) ?? status,
    since,
    ...times(f, "presenceSince", "wrapUpUntil"),
    ...(why ? { why } : {}),
    ...(last && lastAt ? { last: { outcome: text(last.outcome), at: lastAt } } : {}),
    ...(Array.isArray(f.recent) ? { recent: present(list(f.recent).map(decodeLastCall)) } : {}),
  };
}

function decodeLine(value: unknown): Line {
  const f = fields(value) ?? {};
  const count = typeof f.count === "number" && f.count >= 0 ? Math.floor(f.count) : 0;
  return { count, more: f.more === true, ...optional(f, "longest"), ...(f.unknown === true ? { unknown: true } : {}) };
}

/** A snapshot, or null if a needed field is missing. A call that cannot be read refuses the whole snapshot. */
export function decodeSnapshot(value: unknown): Snapshot | null {
  const f = fields(value);
  const at = f && time(f.at);
  const agent = f && decodeAgent(f.agent);
  if (!f || !at || !agent) return null;
  const call = f.call === null || f.call === undefined ? null : decodeCall(f.call);
  if (f.call && !call) return null;
  return { at, agent, call, line: decodeLine(f.line), ...(f.numbers === true ? { numbers: true } : {}) };
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
  const f = fields(value);
  const at = f && time(f.at);
  if (!f || !at) return null;
  const agents = list(f.agents).map((a): DirectoryEntry | null => {
    const e = fields(a);
    if (!e || text(e.id) === "") return null;
    return {
      id: text(e.id),
      name: text(e.name) || text(e.id),
      presence: oneOf(e.presence, PRESENCES) ?? "offline",
      since: time(e.since) ?? at,
      seen: time(e.seen) ?? at,
      ...(e.rung === true ? { rung: true } : {}),
    };
  });
  return { at, ...optional(f, "number"), agents: present(agents), ...(f.more === true ? { more: true } : {}) };
}

export function decodeToken(value: unknown): VoiceToken | null {
  const f = fields(value);
  const expiresAt = f && time(f.expiresAt);
  if (!f || !expiresAt || text(f.token) === "") return null;
  return { identity: text(f.identity), token: text(f.token), expiresAt };
}

/** A problem; always yields something that can be shown (API Gateway itself answers `{"message":"..."}`). */
export function decodeProblem(status: number, value: unknown): Problem {
  const f = fields(value) ?? {};
  const slug = text(f.type).split("/").filter(Boolean).at(-1) ?? "";
  return { slug, status, title: text(f.title) || text(f.message), ...optional(f, "detail", "reason", "state") };
}
