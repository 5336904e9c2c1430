/**
 * The page's only transition function: pure, without clock or browser. It keeps the facts, derives the screen from
 * them, and says what screen readers are told. An event that does not fit the facts changes nothing.
 */
import type { Snapshot } from "../contract/types.js";
import { announcement } from "../words/announce.js";
import { colleague } from "../words/call.js";
import { withoutHidden } from "./choice.js";
import type { Event } from "./event.js";
import { rings } from "./allow.js";
import { applyHistory, NO_HISTORY, withNote, type History, type HistoryEvent } from "./history.js";
import { applyNote, closeNotes, refusesFields, requestOf, type NoteEvent, type WrapUp } from "./notes.js";
import { applyMessages, NO_MESSAGES, type MessageEvent } from "./messages.js";
import { applySettings, NO_SETTINGS, type SettingsEvent } from "./settings.js";
import { applyTeam, NO_TEAM, type TeamEvent } from "./team.js";
import { outcomeOf } from "./recent.js";
import { sidesOf } from "./sides.js";
import { restOf } from "./rest.js";
import { offeredCall, ownCall, REJOIN_FOR_MS, screenOf, SETTLE_MS } from "./screen.js";
import type { Closing, Leg, RecentCall, Said, State } from "./state.js";

/** How much earlier than this page the server may have recorded the end of a call. */
const LAST_SLACK_MS = 5000;
/** After this time the server has noticed a loss; an empty queue then means that the lost caller is gone or taken. */
const EMPTY_QUEUE_MS = 8000;
/** How long a refusal stays beside its button: a change of the call often comes with it and must not remove it. */
const REFUSAL_FOR_MS = 12_000;
const RECENT_MAX = 20;
/** Smaller differences between two estimates of the server's clock are network delay, not the clock. */
const SKEW_NOISE_MS = 400;

export function reduce(state: State, event: Event): State {
  const next = apply(state, event);
  if (next === state) return state;
  const screened: State = { ...next, screen: screenOf(next) };
  const said = announcement(state, screened);
  return said ? { ...screened, said: saidNext(screened.said, said) } : screened;
}

/** A live region speaks when its text changes, so repeated words get a space that is neither seen nor heard. */
function saidNext(old: Said, said: Partial<Said>): Said {
  const fresh = (was: string, is: string | undefined): string => {
    if (is === undefined) return was;
    return is === was ? `${is}\u00a0` : is;
  };
  return { polite: fresh(old.polite, said.polite), urgent: fresh(old.urgent, said.urgent) };
}

function apply(state: State, event: Event): State {
  switch (event.type) {
    case "snapshot":
      return takeSnapshot(state, event.snapshot, event.at, event.pushed ?? false);
    case "leg-ringing":
    case "leg-answering":
    case "leg-open":
    case "leg-reconnecting":
    case "leg-muted":
    case "leg-gone":
      return applyLeg(state, event);
    case "press":
    case "refused":
    case "refusal-over":
    case "pending-over":
    case "choose":
    case "chosen":
    case "choose-refused":
    case "leave":
      return applyPress(state, event);
    case "signed-in":
    case "signed-out":
    case "session-expired":
    case "fatal":
    case "tab":
      return applySession(state, event);
    case "device":
    case "wants":
    case "withdrawn":
    case "microphone":
    case "token-failing":
      return applyDevice(state, event);
    case "rules":
    case "side":
    case "caller":
    case "remembered":
    case "code-missed":
    case "wrap-up-over":
      return applyRecords(state, event);
    default:
      if (isOf("history", event)) return { ...state, history: applyHistory(state.history, event) };
      if (isOf("note", event)) return takeNote(state, event);
      if (isOf("team", event)) return applyTeam(state, event);
      if (isOf("settings", event)) return applySettings(state, event);
      if (isOf("message", event)) return { ...state, messages: applyMessages(state.messages, event) };
      return applyPage(state, event);
  }
}

/** Events of one family have its name before a hyphen. */
function isOf(family: "history", event: Event): event is HistoryEvent;
function isOf(family: "note", event: Event): event is NoteEvent;
function isOf(family: "team", event: Event): event is TeamEvent;
function isOf(family: "settings", event: Event): event is SettingsEvent;
function isOf(family: "message", event: Event): event is MessageEvent;
function isOf(family: string, event: Event): boolean {
  return event.type.startsWith(`${family}-`);
}

type Of<T extends Event["type"]> = Extract<Event, { type: T }>;

function applySession(state: State, event: Of<"signed-in" | "signed-out" | "session-expired" | "fatal" | "tab">): State {
  switch (event.type) {
    case "signed-in":
      return { ...state, session: "signed-in", signedOutWhy: "" };
    case "signed-out":
      return { ...state, session: "signed-out", signedOutWhy: event.why, snapshot: null, directory: null, wants: false,
        closing: null, side: "colleagues", rules: null, history: NO_HISTORY, team: NO_TEAM, settings: NO_SETTINGS,
        caller: null, notes: {}, wrapUp: null, messages: NO_MESSAGES };
    case "session-expired":
      return { ...state, session: "expired", signedOutWhy: "expired" };
    case "fatal":
      return { ...state, fatal: event.why };
    case "tab":
      return { ...state, tab: event.tab, wants: event.tab === "here" ? state.wants : false };
  }
}

function applyDevice(state: State, event: Of<"device" | "wants" | "withdrawn" | "microphone" | "token-failing">): State {
  switch (event.type) {
    case "device":
      if (state.device.is === event.is && state.device.why === (event.why ?? "")) return state;
      return deviceBack({ ...state, device: { is: event.is, since: event.at, why: event.why ?? "" } });
    case "wants":
      return { ...state, wants: event.wants };
    case "withdrawn":
      return { ...state, withdrawn: event.withdrawn };
    case "microphone":
      return { ...state, microphone: event.microphone };
    case "token-failing":
      return { ...state, tokenFailing: event.until };
  }
}

/** The device is registered again. A leg that had lost signalling and media still lacks its media. */
function deviceBack(state: State): State {
  const { leg, device } = state;
  return device.is === "registered" && leg?.lost === "both" ? { ...state, leg: { ...leg, lost: "sound" } } : state;
}

type RecordEvent = Of<"rules" | "side" | "caller" | "remembered" | "code-missed" | "wrap-up-over">;

function applyRecords(state: State, event: RecordEvent): State {
  switch (event.type) {
    case "rules":
      return { ...state, rules: event.rules, side: sidesOf(event.rules).includes(state.side) ? state.side : "colleagues" };
    case "side":
      return { ...state, side: event.side };
    case "caller":
      return { ...state, caller: { call: event.call, known: event.known } };
    case "remembered":
      return writeUp({ ...state, rejoin: event.rejoin, recent: event.recent, notes: event.notes ?? state.notes,
        settings: { ...state.settings, ...event.settings } },
        event.wrapUp ?? restingCall(state));
    case "code-missed":
      return state.wrapUp
        ? { ...state, wrapUp: { ...state.wrapUp, codeMissed: state.wrapUp.codeMissed + 1 } } : state;
    case "wrap-up-over":
      return { ...state, closing: null, lastCall: null, wrapUp: null, notes: closeNotes(state.notes) };
  }
}

/** The agent writes a call up, and no other. */
function writeUp(state: State, wrapUp: WrapUp | null): State {
  if (!wrapUp?.call) return state;
  return { ...state, wrapUp, notes: applyNote(closeNotes(state.notes), { type: "note-open", call: wrapUp.call }) };
}

/** The call of a wrap-up that began on another page. */
function restingCall(state: State): WrapUp | null {
  const agent = state.snapshot?.agent;
  if (!agent?.last?.call || !["automatic", "chosen"].includes(restOf(state))) return null;
  const { call, at } = agent.last;
  return { call, at: Date.parse(at) - state.skew, codeMissed: 0,
    number: agent.recent?.find((r) => r.call === call)?.caller ?? "" };
}

function takeNote(state: State, event: NoteEvent): State {
  const notes = applyNote(state.notes, event);
  const { wrapUp } = state;
  if (event.type === "note-failed" && refusesFields(event.problem) && !wrapUp && notes[event.call]?.open === false) {
    // It was refused after *Done*: its card is there again, or the text would stand in no field.
    const recent = state.recent.find(({ id }) => id === event.call);
    return writeUp({ ...state, notes }, { call: event.call, number: recent?.number ?? "",
      at: recent?.endedAt ?? notes[event.call]!.typedAt, codeMissed: 0 });
  }
  const chosen = event.type === "note-typed" && event.fields.code && wrapUp?.call === event.call;
  return { ...state, notes, history: listed(state, event), ...(chosen ? { wrapUp: { ...wrapUp, codeMissed: 0 } } : {}) };
}

/** The list has the note as it is kept now: the form forgets it when it is closed. */
function listed({ history, snapshot }: State, event: NoteEvent): History {
  if (event.type === "note-told" && event.note) return withNote(history, event.call, event.note);
  if (event.type !== "note-kept" || !snapshot) return history;
  const { id, name } = snapshot.agent;
  return withNote(history, event.call, { by: { id, name }, at: snapshot.at, ...requestOf(event.fields, -1) });
}

function applyPage(state: State, event: Event): State {
  switch (event.type) {
    case "preferences":
      return { ...state, shortcuts: event.shortcuts ?? state.shortcuts, consent: event.consent ?? state.consent };
    case "directory":
      if (state.directory && Date.parse(event.directory.at) < Date.parse(state.directory.at)) return state;
      return { ...state, directory: event.directory };
    case "api-down":
      return state.apiDownAt ? state : { ...state, apiDownAt: event.at };
    case "push":
      return { ...state, push: event.is };
    case "warning":
      return takeWarning(state, event.name, event.on);
    case "dismiss-ended":
      return { ...state, closing: null, lastCall: null };
    case "rejoin-asked":
      return askRejoin(state, event.at);
    case "rejoin-forgotten":
      return { ...state, rejoin: null, closing: null };
    case "compose": {
      const composed: State = { ...state, compose: { ...state.compose, ...event.compose } };
      return event.compose.filter === undefined ? composed : withoutHidden(composed);
    }
    case "panel":
      return { ...state, panel: event.panel };
    case "sounds":
      return { ...state, sounds: { ...state.sounds, ...event.sounds } };
    case "notice":
      return { ...state, notice: event.notice };
    case "said-over":
      return { ...state, said: { ...state.said, [event.which]: "" } };
    default:
      return state;
  }
}

function takeWarning(state: State, name: string, on: boolean): State {
  const others = state.warnings.filter((w) => w !== name);
  if (!on && others.length === state.warnings.length) return state;
  return { ...state, warnings: on ? [...others, name] : others };
}

function askRejoin(state: State, at: number): State {
  const conference = state.rejoin?.conference ?? state.closing?.call?.id ?? ownCall(state)?.id ?? "";
  return { ...state, rejoin: { conference, at, asked: true } };
}

/** The parts of a call that a request may change; it is pending until they differ. */
export function lookOf(snapshot: Snapshot | null): string {
  const call = snapshot?.call;
  if (!call) return "";
  const t = call.transfer;
  return JSON.stringify([call.id, call.role, call.state, call.held, call.overdue, call.actions, t?.began, t?.progress,
    t?.outcome]);
}

/** For one call the version decides: pushes and answers overtake each other, and carry the time of their request. */
function overtaken(old: Snapshot, snapshot: Snapshot): boolean {
  const a = old.call;
  const b = snapshot.call;
  if (a && b && a.id === b.id && a.version !== b.version) return b.version < a.version;
  return Date.parse(snapshot.at) < Date.parse(old.at);
}

function takeSnapshot(state: State, snapshot: Snapshot, at: number, pushed: boolean): State {
  const old = state.snapshot;
  const server = Date.parse(snapshot.at);
  // A push comes over Twilio's connection: it does not show that the server can be reached.
  const apiDownAt = pushed ? state.apiDownAt : 0;
  // An older answer, overtaken by a newer one or by a push, has no news but shows that the API answers.
  if (old && overtaken(old, snapshot)) return state.apiDownAt === apiDownAt ? state : { ...state, apiDownAt };
  const skew = server - at;
  let next: State = {
    ...state,
    // What tells of a call tells nothing of the queue.
    snapshot: old ? withOld(snapshot, old) : snapshot,
    apiDownAt,
    skew: old && Math.abs(skew - state.skew) < SKEW_NOISE_MS ? state.skew : skew,
  };
  if (next.pending && lookOf(snapshot) !== next.pending.before) next = { ...next, pending: null };
  if (next.refusal && at - next.refusal.at > REFUSAL_FOR_MS) next = { ...next, refusal: null };
  return composeFor(closingFor(callFor(next), at), state);
}

/** What is not in each answer stays as it was told last. */
function withOld(snapshot: Snapshot, old: Snapshot): Snapshot {
  return {
    ...snapshot,
    ...(snapshot.line.unknown ? { line: old.line } : {}),
    ...(snapshot.hours === undefined && old.hours ? { hours: old.hours } : {}),
  };
}

/** Keeps the last call answered here, for the card after it; a call that was rejoined is no longer a loss. */
function callFor(state: State): State {
  const own = ownCall(state);
  if (!own || !state.leg || state.leg.phase === "ringing") return state;
  const over = state.wrapUp ? { wrapUp: null, notes: closeNotes(state.notes) } : {};
  return { ...state, ...over, lastCall: own, closing: null, rejoin: null };
}

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
  if (guest || decided || !closing.call || snapshot.line.count === 0) return named(state, "cut-off");
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
  const empty = snapshot.line.count === 0 && snapshot.call === null && at - rejoin.at > EMPTY_QUEUE_MS;
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

type LegEvent = Of<"leg-ringing" | "leg-answering" | "leg-open" | "leg-reconnecting" | "leg-muted" | "leg-gone">;

function applyLeg(state: State, event: LegEvent): State {
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
function reconnecting(state: State, leg: Leg, at: number, what: "sound" | "line" | "both"): State {
  if (leg.phase !== "open" && leg.phase !== "reconnecting") return state;
  const lost = leg.lost === "" || leg.lost === what ? what : "both";
  if (leg.lost === lost) return state;
  return { ...state, leg: { ...leg, phase: "reconnecting", lostAt: leg.lostAt || at, lost } };
}

function legGone(state: State, at: number): State {
  const leg = state.leg;
  const cleared: State = { ...state, leg: null, warnings: [], panel: "", pending: null, leaving: null };
  if (!leg || leg.ring.watch || leg.phase === "ringing" || leg.phase === "answering") return cleared;
  const asked = state.pending !== null && ["end", "complete", "blind", "requeue"].includes(state.pending.action);
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
  };
  return writeUp({ ...cleared, closing, recent: [recent, ...state.recent].slice(0, RECENT_MAX) },
    { call: recent.id, number: recent.number, at, codeMissed: 0 });
}

/** The outcome as far as this page knows it; the server fills in "" (see named). */
function outcomeHere(state: State, meant: boolean): string {
  if (meant && state.pending?.action === "end") return "ended-here";
  if (state.leaving?.by === "requeue" || state.pending?.action === "requeue") return "requeued";
  if (state.leaving?.by === "blind" || state.pending?.action === "blind") return "transferring";
  if (meant) return "handed-over";
  if (!state.leaving) return "";
  if (state.lastCall?.role === "target") return "left";
  return state.lastCall && rings(state.lastCall) ? "left-ringing" : "handed-over";
}

type PressEvent = Of<"press" | "refused" | "refusal-over" | "pending-over" | "choose" | "chosen" | "choose-refused" | "leave">;

function applyPress(state: State, event: PressEvent): State {
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
