/**
 * The agents' API as TypeScript types, as in openapi.yaml. Times are RFC 3339 strings of the server's clock. Outside
 * data becomes one of these types only in `decode.ts`.
 */

/** The statuses that an agent may choose. */
export type Status = "available" | "away" | "wrap-up";

/** What colleagues see: a status, busy in a call, or offline because the heartbeats stopped. */
export type Presence = Status | "busy" | "offline";

/** One verb on the agent's current call. Decline is for an agent who is being rung; the others are for the owner. */
export const ACTIONS = [
  "consult", "add", "swap", "join", "complete", "cancel", "hold", "resume", "end", "decline",
] as const;
export type Action = (typeof ACTIONS)[number];

/** States of a call; words/call.ts says who hears whom in each. */
export const CALL_STATES = [
  "waiting", "ringing", "talking", "add-ringing", "consult-ringing", "consulting", "swapped", "three-way",
  "completing", "ended",
] as const;
/** `unknown` is the page's own: a state that a newer server has and this page does not know. The call goes on. */
export type CallState = (typeof CALL_STATES)[number] | "unknown";

export type Role = "offered" | "owner" | "transferor" | "target";
export type Held = "caller" | "transferor" | "target";
/** `asked` is an outside party who has picked up and not accepted yet. */
export type Progress = "planned" | "dialing" | "ringing" | "asked" | "answered" | "ended";

/** Why an agent declined. */
export const REASONS = ["busy", "not-my-topic", "break"] as const;
export type Reason = (typeof REASONS)[number];

/** The target that stands for the free agent who has been idle longest ("anyone"). */
export const ANYBODY = "*";

export interface Party {
  readonly id: string;
  readonly name: string;
}

export interface Transfer {
  readonly kind: "add" | "consult";
  readonly by: Party;
  readonly to: Party;
  readonly note?: string;
  readonly began: string;
  readonly progress: Progress;
  /** Once ended: answered, no-answer, busy, declined, failed, failed:code, cancelled, caller-left, lost. */
  readonly outcome?: string;
  readonly ended?: string;
  readonly reason?: Reason;
}

export interface Happening {
  readonly at: string;
  readonly what: string;
  readonly agent?: string;
  readonly name?: string;
  /** For a transfer: the id of the transferor. */
  readonly by?: string;
  readonly byName?: string;
  readonly outcome?: string;
  readonly reason?: Reason;
}

export interface Call {
  readonly id: string;
  /** Of two snapshots of one call, the one with the higher version is newer. */
  readonly version: number;
  readonly leg: string;
  readonly state: CallState;
  readonly since: string;
  readonly role: Role;
  readonly caller: {
    /** E.164, or text such as a SIP address or a short number; empty is a private number. */
    readonly number: string;
    readonly verified: boolean;
    readonly arrived: string;
    /** When the caller last entered the queue. */
    readonly waitingSince: string;
  };
  readonly owner?: Party;
  readonly held: readonly Held[];
  /** Since when the caller is on hold; absent if they are not. */
  readonly heldSince?: string;
  /** A hold or another effect that Twilio has not confirmed yet; the server goes on trying. */
  readonly overdue?: true;
  readonly transfer?: Transfer;
  readonly actions: readonly Action[];
  readonly history: readonly Happening[];
}

export interface Line {
  readonly count: number;
  readonly more: boolean;
  readonly longest?: string;
  /** The server could not read the queue: count has no meaning. */
  readonly unknown?: boolean;
}

/** One of the agent's last calls, or an offer that was not answered. */
export interface LastCall {
  readonly outcome: string;
  readonly at: string;
  readonly began?: string;
  /** As of a call. */
  readonly caller: string;
  /** The call's id; a server of the previous release sends neither this nor the fields below. */
  readonly call?: string;
  /** It was not answered. */
  readonly rang?: true;
  /** The colleague or number that took the call over, or that transferred it. */
  readonly with?: string;
}

export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly status: Status;
  readonly presence: Presence;
  /** When the status was chosen. */
  readonly since: string;
  /** When the presence began; a server of the previous release does not say. */
  readonly presenceSince?: string;
  /** When the automatic wrap-up after a call ends, while it runs. */
  readonly wrapUpUntil?: string;
  readonly why?: "missed" | "unreachable";
  readonly last?: { readonly outcome: string; readonly at: string };
  /** Newest first. */
  readonly recent?: readonly LastCall[];
}

/** Everything the server knows that concerns this agent, at one time of the server's clock. */
export interface Snapshot {
  readonly at: string;
  readonly agent: Agent;
  readonly call: Call | null;
  readonly line: Line;
  /** Outside numbers may be targets. */
  readonly numbers?: boolean;
}

export interface DirectoryEntry {
  readonly id: string;
  readonly name: string;
  readonly presence: Presence;
  readonly since: string;
  readonly seen: string;
  /** Busy, and not known to have answered. */
  readonly rung?: true;
}

export interface Directory {
  readonly at: string;
  /** The number that callers dial: numbers of its country may be typed without the country code. */
  readonly number?: string;
  readonly agents: readonly DirectoryEntry[];
  /** There are more than these; a search finds them. */
  readonly more?: boolean;
}

export interface VoiceToken {
  readonly identity: string;
  readonly token: string;
  readonly expiresAt: string;
}

/** RFC 9457 problem details; `slug` is the last part of `type`. */
export interface Problem {
  readonly slug: string;
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  /** Which of several causes of this slug. */
  readonly reason?: string;
  readonly state?: string;
}
