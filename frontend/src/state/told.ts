/** What the server says: the newest snapshot, what became of the last call, and whether its caller can be rejoined. */
import type { Line, Snapshot } from "../contract/types.js";
import { callFor, lookOf } from "./calls.js";
import { outcomeOf } from "./recent.js";
import { offeredCall, ownCall, REJOIN_FOR_MS, SETTLE_MS } from "./screen.js";
import type { State } from "./state.js";
import { waits, without } from "./waiting.js";

/** How much earlier than this page the server may have recorded the end of a call. */
const LAST_SLACK_MS = 5000;
/** After this time the server has noticed a loss; an empty queue then means that the lost caller is gone or taken. */
const EMPTY_QUEUE_MS = 8000;
/** How long a refusal stays beside its button: a change of the call often comes with it and must not remove it. */
const REFUSAL_FOR_MS = 12_000;
/** Smaller differences between two estimates of the server's clock are network delay, not the clock. */
const SKEW_NOISE_MS = 400;

/** For one call the version decides: pushes and answers overtake each other, and carry the time of their request. */
function overtaken(old: Snapshot, snapshot: Snapshot): boolean {
  const a = old.call;
  const b = snapshot.call;
  if (a && b && a.id === b.id && a.version !== b.version) return b.version < a.version;
  return Date.parse(snapshot.at) < Date.parse(old.at);
}

export function takeSnapshot(state: State, snapshot: Snapshot, at: number, pushed: boolean): State {
  const old = state.snapshot;
  const server = Date.parse(snapshot.at);
  // A push comes over Twilio's connection: it does not show that the server can be reached.
  const apiDownAt = pushed ? state.apiDownAt : 0;
  // An older answer, overtaken by a newer one or by a push, has no news but shows that the API answers.
  if (old && overtaken(old, snapshot)) return state.apiDownAt === apiDownAt ? state : { ...state, apiDownAt };
  const skew = server - at;
  let next: State = {
    ...state,
    snapshot: old ? withOld(snapshot, old) : snapshot,
    apiDownAt,
    skew: old && Math.abs(skew - state.skew) < SKEW_NOISE_MS ? state.skew : skew,
  };
  if (next.pending && lookOf(snapshot) !== next.pending.before) next = { ...next, pending: null };
  if (next.refusal && at - next.refusal.at > REFUSAL_FOR_MS) next = { ...next, refusal: null };
  return composeFor(closingFor(callFor(next), at), state);
}

/**
 * What tells of a call tells nothing of the line: that stays as it was told last, unless the queue could not be read;
 * but the caller who waited then, and whom this agent has taken, waits no more. An answer of /agents/me, which alone has
 * the hours, tells of all.
 */
function withOld(snapshot: Snapshot, old: Snapshot): Snapshot {
  if (snapshot.hours !== undefined) return snapshot;
  return {
    ...snapshot,
    ...(snapshot.line.unknown && !snapshot.line.unread ? { line: lineAfter(snapshot, old) } : {}),
    ...(old.hours ? { hours: old.hours } : {}),
    ...(old.newMessages !== undefined ? { newMessages: old.newMessages } : {}),
  };
}

function lineAfter({ call }: Snapshot, old: Snapshot): Line {
  const taken = old.call && waits(old.call) && call?.id === old.call.id && !waits(call);
  return taken ? without(old.line, old.call) : old.line;
}

/** It is known that nobody waits. */
const nobodyWaits = ({ line }: Snapshot): boolean => line.count === 0 && !line.unknown;

/** What the server says became of a call whose leg ended here. */
function closingFor(state: State, at: number): State {
  const { closing, snapshot, rejoin } = state;
  if (rejoin && forgotten(state, at)) return { ...state, rejoin: null };
  const last = snapshot?.agent.last;
  if (!closing || !last || Date.parse(last.at) < closing.at + state.skew - Math.min(closing.talkedMs, LAST_SLACK_MS)) {
    return state;
  }
  if (closing.deliberate || rejoin || last.outcome !== "lost" || ownCall(state)) return named(state, last.outcome);
  // A leg that ends with the caller's is "lost" until the server hears of the caller's end, a moment later.
  if (Date.parse(snapshot.at) < closing.at + state.skew + SETTLE_MS) return state;
  // A target lost before becoming the owner is not recalled: the caller has the transferor, or has hung up.
  const guest = closing.call?.role === "target" && closing.call.state !== "completing";
  const decided = (state.recent[0]?.outcome ?? "") !== "" || at - closing.at > REJOIN_FOR_MS;
  if (guest || decided || !closing.call || nobodyWaits(snapshot)) return named(state, "cut-off");
  return { ...state, rejoin: { conference: closing.call.id, at: closing.at, asked: false } };
}

/**
 * The caller can no longer be rejoined: the queue is empty and there is no offer, or it is too late. If the server
 * still has the agent in the call by then, they are in it in another browser.
 */
function forgotten(state: State, at: number): boolean {
  const { rejoin, snapshot } = state;
  if (!rejoin || !snapshot) return false;
  if (offeredCall(state)?.id === rejoin.conference) return false;
  const empty = nobodyWaits(snapshot) && snapshot.call === null && at - rejoin.at > EMPTY_QUEUE_MS;
  return at - rejoin.at > REJOIN_FOR_MS || (empty && !rejoin.asked);
}

/**
 * Writes the server's outcome into the list of recent calls. A caller's end closes all legs in any order: the agent may
 * first be recorded as having handed over or been cut off, and a moment later as left by the caller.
 */
function named(state: State, outcome: string): State {
  const [newest, ...rest] = state.recent;
  if (!newest || newest.endedAt !== state.closing?.at) return state;
  const better = outcomeOf(newest.outcome, outcome);
  return better === newest.outcome ? state : { ...state, recent: [{ ...newest, outcome: better }, ...rest] };
}

/**
 * When a transfer starts, its target is removed from the form and the note is kept for the next attempt, since this one
 * may fail. When the call ends, all of it is removed; what was typed before the call rang stays.
 */
function composeFor(state: State, old: State): State {
  const was = ownCall(old);
  const is = ownCall(state);
  if (!was) return state;
  if (was.id !== is?.id) return { ...state, compose: { target: null, note: "", filter: "" } };
  if (is.transfer?.began === was.transfer?.began) return state;
  return { ...state, compose: { ...state.compose, target: null, filter: "" } };
}
