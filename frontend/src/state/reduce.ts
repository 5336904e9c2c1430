/**
 * The page's only transition function: pure, without clock or browser. It keeps the facts, derives the screen from
 * them, and says what screen readers are told. An event that does not fit the facts changes nothing.
 */
import { announcement } from "../words/announce.js";
import { applyLeg, applyPress, askRejoin, takeWarning } from "./calls.js";
import { withoutHidden, withUnread } from "./choice.js";
import type { Event, Of } from "./event.js";
import { applyHistory, type HistoryEvent } from "./history.js";
import { applyMessages, type MessageEvent } from "./messages.js";
import { closeNotes, type NoteEvent } from "./notes.js";
import { screenOf } from "./screen.js";
import { type SettingsEvent } from "./settings.js";
import { applySettings } from "./applysettings.js";
import { sidesOf } from "./sides.js";
import { NO_TABS, type Said, type State } from "./state.js";
import { type TeamEvent } from "./team.js";
import { applyTeam } from "./applyteam.js";
import { takeSnapshot } from "./told.js";
import { restingCall, takeNote, writeUp } from "./wrapup.js";

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

function applySession(state: State, event: Of<"signed-in" | "signed-out" | "session-expired" | "fatal" | "tab">): State {
  switch (event.type) {
    case "signed-in":
      return { ...state, session: "signed-in", signedOutWhy: "" };
    case "signed-out":
      return { ...state, session: "signed-out", signedOutWhy: event.why, snapshot: null, directory: null, wants: false,
        closing: null, rules: null, caller: null, notes: {}, wrapUp: null, ...NO_TABS };
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

function applyPage(state: State, event: Event): State {
  switch (event.type) {
    case "preferences":
      return { ...state, shortcuts: event.shortcuts ?? state.shortcuts, consent: event.consent ?? state.consent };
    case "directory":
      if (state.directory && Date.parse(event.directory.at) < Date.parse(state.directory.at)) return state;
      return { ...state, directory: withUnread(event.directory, state.directory) };
    case "api-down":
      return state.apiDownAt ? state : { ...state, apiDownAt: event.at };
    case "push":
      return { ...state, push: event.is };
    case "warning":
      return takeWarning(state, event.name, event.on);
    case "call-back":
      return { ...state, calling: event.asking };
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

