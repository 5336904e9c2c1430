/** This page's own leg, what the agent presses in its call, and what becomes of both when the leg ends. */
import type { Snapshot } from "../contract/types.js";
import { colleague } from "../words/call.js";
import { rings } from "./allow.js";
import type { Of } from "./event.js";
import { GIVES_AWAY, givesAway } from "./leave.js";
import { closeNotes } from "./notes.js";
import { ownCall } from "./screen.js";
import type { Closing, Leg, RecentCall, State } from "./state.js";
import { writeUp } from "./wrapup.js";

const RECENT_MAX = 20;

type LegEvent = Of<"leg-ringing" | "leg-answering" | "leg-open" | "leg-reconnecting" | "leg-muted" | "leg-gone">;

export function applyLeg(state: State, event: LegEvent): State {
  if (event.type === "leg-ringing") {
    if (state.leg) return state;
    const leg = { sid: event.sid, phase: "ringing" as const, since: event.at, lostAt: 0, lost: "" as const,
      muted: false, ring: event.ring };
    const known = state.rejoin?.conference !== "" && event.ring.conference !== "";
    const other = known && state.rejoin?.conference !== event.ring.conference;
    return { ...state, leg, closing: null, lastCall: null, leaving: null, warnings: [], panel: "",
      rejoin: other ? null : state.rejoin };
  }
  const { leg } = state;
  if (!leg) return state;
  switch (event.type) {
    case "leg-answering":
      return leg.phase === "ringing" ? { ...state, leg: { ...leg, phase: "answering" } } : state;
    case "leg-open": {
      const since = leg.phase === "reconnecting" ? leg.since : event.at;
      const open: State = { ...state, leg: { ...leg, phase: "open", since, lostAt: 0, lost: "" } };
      return callFor(open);
    }
    case "leg-reconnecting":
      return reconnecting(state, leg, event.at, event.what ?? "both");
    case "leg-muted":
      return { ...state, leg: { ...leg, muted: event.muted } };
    case "leg-gone":
      return legGone(state, event.at);
  }
}

/** Media and signalling fail one after the other, and each is announced once. */
function reconnecting(state: State, leg: Leg, at: number, what: "sound" | "signalling" | "both"): State {
  if (leg.phase !== "open" && leg.phase !== "reconnecting") return state;
  const lost = leg.lost === "" || leg.lost === what ? what : "both";
  if (leg.lost === lost) return state;
  return { ...state, leg: { ...leg, phase: "reconnecting", lostAt: leg.lostAt || at, lost } };
}

function legGone(state: State, at: number): State {
  const leg = state.leg;
  const cleared: State = { ...state, leg: null, warnings: [], panel: "", pending: null, leaving: null };
  if (!leg || leg.ring.watch || leg.phase === "ringing" || leg.phase === "answering") return cleared;
  const asked = state.pending !== null && (["end", "complete"].includes(state.pending.action) || givesAway(state.pending.action));
  const over = state.lastCall !== null && ownCall(state) === null;
  const handingOver = state.lastCall?.state === "completing" && state.lastCall.role !== "target";
  const closing: Closing = {
    call: state.lastCall,
    at,
    deliberate: asked || over || state.leaving !== null || handingOver || state.lastCall?.state === "ended",
    talkedMs: Math.max(0, at - leg.since),
  };
  const recent: RecentCall = {
    id: closing.call?.id ?? leg.ring.conference,
    number: closing.call?.caller.number ?? leg.ring.number,
    endedAt: at,
    talkedMs: closing.talkedMs,
    outcome: outcomeHere(state, asked || handingOver),
    with: (state.leaving ?? state.pending)?.to || (closing.call?.transfer ? colleague(closing.call) : ""),
    ...(closing.call?.caller.called ? { back: true as const } : {}),
  };
  return writeUp({ ...cleared, closing, recent: [recent, ...state.recent].slice(0, RECENT_MAX) },
    { call: recent.id, number: recent.number, at, codeMissed: 0 });
}

/** The outcome as far as this page knows it; the server fills in "" (see named). */
function outcomeHere(state: State, meant: boolean): string {
  if (meant && state.pending?.action === "end") return "ended-here";
  const away = [state.leaving?.by, state.pending?.action].find(givesAway);
  if (away) return GIVES_AWAY[away].outcome;
  if (meant) return "handed-over";
  if (!state.leaving) return "";
  if (state.lastCall?.role === "target") return "left";
  return state.lastCall && rings(state.lastCall) ? "left-ringing" : "handed-over";
}

/** Keeps the last call answered here, for the card after it; a call that was rejoined is no longer a loss. */
export function callFor(state: State): State {
  const own = ownCall(state);
  if (!own || !state.leg || state.leg.phase === "ringing") return state;
  const over = state.wrapUp ? { wrapUp: null, notes: closeNotes(state.notes) } : {};
  return { ...state, ...over, lastCall: own, closing: null, rejoin: null };
}

/** The parts of a call that a request may change; it is pending until they differ. */
export function lookOf(snapshot: Snapshot | null): string {
  const call = snapshot?.call;
  if (!call) return "";
  const t = call.transfer;
  return JSON.stringify([call.id, call.role, call.state, call.held, call.overdue, call.actions, t?.began, t?.progress,
    t?.outcome]);
}

type PressEvent = Of<"press" | "refused" | "refusal-over" | "pending-over" | "choose" | "chosen" | "choose-refused" | "leave">;

export function applyPress(state: State, event: PressEvent): State {
  switch (event.type) {
    case "press":
      // Ending the call does not wait for a pending request.
      if (state.pending && (event.action !== "end" || state.pending.action === "end")) return state;
      return {
        ...state,
        pending: { action: event.action, request: event.request, at: event.at, before: lookOf(state.snapshot),
          to: event.to ?? "" },
        refusal: null,
        panel: state.panel.startsWith("confirm-") ? "" : state.panel,
      };
    case "refused": {
      // By now the call may have changed and the request may not be pending; the agent is told of the refusal all the
      // same.
      const another = state.pending !== null && state.pending.request !== event.request;
      if (another || !state.leg) return state;
      return { ...state, pending: null, refusal: { action: event.action, problem: event.problem, at: event.at } };
    }
    case "refusal-over":
      return { ...state, refusal: null };
    case "pending-over":
      return state.pending?.request === event.request ? { ...state, pending: null } : state;
    case "choose":
      return { ...state, choosing: event.status, refusal: state.refusal?.action === "status" ? null : state.refusal };
    case "chosen":
      return state.choosing === event.status ? { ...state, choosing: "" } : state;
    case "choose-refused":
      return { ...state, choosing: "", refusal: { action: "status", problem: event.problem, at: event.at } };
    case "leave":
      return state.leg ? { ...state, leaving: { by: event.by ?? "hang-up", to: event.to ?? "" } } : state;
  }
}

export function takeWarning(state: State, name: string, on: boolean): State {
  const others = state.warnings.filter((w) => w !== name);
  if (!on && others.length === state.warnings.length) return state;
  return { ...state, warnings: on ? [...others, name] : others };
}

export function askRejoin(state: State, at: number): State {
  const conference = state.rejoin?.conference ?? state.closing?.call?.id ?? ownCall(state)?.id ?? "";
  return { ...state, rejoin: { conference, at, asked: true } };
}
