/** The call: the caller and what he hears now are the largest; below, who is with whom, and every verb. */
import { nothing, type TemplateResult } from "lit";
import { html } from "../html.js";
import type { Call } from "../contract/types.js";
import type { Desk } from "../desk/desk.js";
import type { Levels } from "../desk/levels.js";
import * as allow from "../state/allow.js";
import { inCallSince } from "../state/screen.js";
import type { Leg, Screen, State } from "../state/state.js";
import { colleague, groups, hearing, LATE, overdueWords, stateWords, targetWords, type Hears } from "../words/call.js";
import { quality } from "../words/voice.js";
import { icon, type Icon } from "./icons.js";
import { button, refusal, since } from "./parts.js";
import { callerLine } from "./ringing.js";

const HEARS: Record<Hears, Icon> = { voices: "sound", music: "music", silence: "silence", nothing: "cross" };

export function inCall(state: State, desk: Desk, { call, leg }: Extract<Screen, { is: "in-call" }>): TemplateResult {
  const says = hearing(call, leg.muted);
  const held = call.held.includes("caller");
  return html`<section class="card call" data-test="screen-in-call" data-state=${call.state} data-role=${call.role} aria-labelledby="title">
    <div class="call-head">
      <h2 id="title" tabindex="-1"><span class="chip">${stateWords(call)}</span></h2>
      <dl class="timers">
        ${held ? html`<div class="hold-timer"><dt>On hold</dt><dd>${since(state, heldSince(call))}</dd></div>` : nothing}
        <div><dt>Call</dt><dd data-test="call-timer">${since(state, inCallSince(state, leg, call))}</dd></div>
      </dl>
    </div>
    ${callerLine(call.caller.number, call.caller.verified)}
    <p class="hears ${says.caller}" data-test="hears">${icon(HEARS[says.caller])}<span>${says.caller === "nothing" ? "The caller" : "Caller"} ${says.callerWords}</span></p>
    ${says.you ? html`<p class="you" data-test="you">${says.you}</p>` : nothing}
    ${overdue(call)}
    ${together(call, leg)}
    ${controls(state, desk, call, leg)}
    ${transfer(state, desk, call)}
    ${ways(state, desk, call)}
  </section>`;
}

function overdue(call: Call): TemplateResult | typeof nothing {
  const words = overdueWords(call);
  return words ? html`<p class="overdue" data-test="overdue">${icon("warning")}<span>${words}</span></p>` : nothing;
}

/** The server says when; until its word of the hold has come, the state's own beginning is the best guess. */
function heldSince(call: Call): string {
  return call.heldSince ?? call.since;
}

function together(call: Call, leg: Leg): TemplateResult {
  const g = groups(call);
  const group = (names: readonly string[], className: string, label: string, symbol: Icon): TemplateResult | typeof nothing =>
    names.length === 0
      ? nothing
      : html`<div class="group ${className}"><span class="group-label">${icon(symbol)}${label}</span>
          <ul>${names.map((n) => html`<li>${n}${n === "You" && leg.muted ? html` <span class="muted-mark">(muted)</span>` : nothing}</li>`)}</ul></div>`;
  return html`<div class="together" role="group" aria-label="Who is with whom">
    ${group(g.talking, "talking", g.talking.length === 1 || leg.muted ? "On the line" : "Hear each other", "sound")}
    ${group(g.music, "music", "Hears music", "music")}
    ${group(g.ringing, "being-rung", call.transfer?.progress === "asked" ? "Is asked to accept" : "Is being rung", "bell")}
  </div>`;
}

function controls(state: State, desk: Desk, call: Call, leg: Leg): TemplateResult {
  const resumes = call.actions.includes("resume") || state.pending?.action === "resume" || (call.state === "talking" && call.held.includes("caller"));
  const hold = allow.verb(state, call, resumes ? "resume" : "hold");
  const q = quality(state.warnings);
  const silence = leg.muted ? "Nobody hears you now" : "Others hear silence from you; you go on hearing them";
  return html`<div class="controls" role="group" aria-label="Call controls">
    ${button({ name: "mute", label: leg.muted ? "Unmute" : "Mute", icon: leg.muted ? "micOff" : "mic", shape: "tile", pressed: leg.muted, chord: "M", hint: silence, click: () => desk.mute() })}
    ${button({
      name: resumes ? "resume" : "hold", label: resumes ? "Resume" : "Hold", icon: resumes ? "play" : "pause", shape: "tile",
      pressed: call.held.includes("caller") && resumes, chord: "H", hint: resumes ? "The caller hears you again" : "The caller hears music", button: hold, click: () => desk.hold(),
    })}
    ${button({ name: "keypad", label: "Keypad", icon: "keypad", shape: "tile", expanded: state.panel === "keypad", click: () => desk.panel(state.panel === "keypad" ? "" : "keypad") })}
    <div class="sound-state">
      <p class="quality ${q.light}" data-test="quality"><span class="bars" aria-hidden="true"><i></i><i></i><i></i></span>${q.words}</p>
      <div class="mic-level">${icon("mic")}<desk-meter .source=${(l: Levels) => desk.onLevels(l)}></desk-meter></div>
    </div>
    ${state.panel === "keypad" ? keypad(desk) : nothing}
    ${refusal(state, ["hold", "resume"])}
  </div>`;
}

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

function keypad(desk: Desk): TemplateResult {
  const typed = (event: KeyboardEvent): void => {
    if (KEYS.includes(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) desk.digits(event.key);
  };
  return html`<div class="keypad" role="group" aria-label="Keypad; digits also from the keyboard" @keydown=${typed}>
    ${KEYS.map((k) => html`<button type="button" class="key" data-test="key-${k}" aria-label=${k === "*" ? "Star" : k === "#" ? "Hash" : k} @click=${() => desk.digits(k)}>${k}</button>`)}
  </div>`;
}

function transfer(state: State, desk: Desk, call: Call): TemplateResult {
  const verb = (action: "swap" | "join" | "complete" | "cancel", label: string, symbol: Icon, hint: string, tone?: "primary"): TemplateResult =>
    button({ name: action, label, icon: symbol, hint, ...(tone ? { tone } : {}), button: allow.verb(state, call, action), click: () => desk.press(action) });
  const t = call.transfer;
  const failed = t?.outcome !== undefined && t.outcome !== "answered" && t.outcome !== "cancelled";
  const canComplete = call.actions.includes("complete");
  return html`<div class="transfer" role="group" aria-labelledby="transfer-title">
    <h3 id="transfer-title">Transfer</h3>
    ${t ? html`<p class="target ${failed ? "failed" : ""}" data-test="target">${icon(failed ? "warning" : "people")}<span>${targetWords(call)}</span></p>` : html`<p class="target none">Nobody else is in the call.</p>`}
    ${t?.note && !t.outcome ? html`<p class="note-sent">Note: ${t.note}</p>` : nothing}
    <div class="verbs">
      ${verb("swap", "Swap", "swap", "Change whom you talk to; the other hears music")}
      ${verb("join", "Join", "join", "All three hear each other")}
      ${verb("complete", "Complete", "check", "The caller goes on with your colleague, and you are out", canComplete ? "primary" : undefined)}
      ${verb("cancel", "Cancel", "cross", "Your colleague is let go, and the caller is back with you")}
    </div>
    ${refusal(state, ["swap", "join", "complete", "cancel"])}
  </div>`;
}

function ways(state: State, desk: Desk, call: Call): TemplateResult {
  const asks = state.panel === "confirm-end";
  return html`<div class="ways" role="group" aria-label="Out of the call">
    ${button({ name: "leave", label: "Leave", icon: "leave", shape: "wide", hint: leaveHint(call), button: allow.leave(state, call), click: () => desk.leave() })}
    ${button({ name: "end", label: "End call", icon: "hangup", tone: "danger", shape: "wide", chord: "1", hint: "The call is over for everybody, the caller too", expanded: asks, button: allow.verb(state, call, "end"), click: () => desk.askEnd() })}
    ${refusal(state, ["end"])}
  </div>`;
}

function leaveHint(call: Call): string {
  const by = allow.leaveBy(call);
  const name = colleague(call);
  if (by === "complete") return `You are out; the caller goes on with ${name}`;
  if (call.role === "target") return `You are out; the caller goes on with ${name}`;
  return `You are out; the caller is put through to ${name}`;
}

/** Answered, and not yet in the room: seconds at the most, unless something is wrong. */
export function connecting({ leg, call, late }: Extract<Screen, { is: "connecting" }>, desk: Desk): TemplateResult {
  return html`<section class="card call connecting" data-test="screen-connecting" aria-labelledby="title">
    <div class="call-head"><h2 id="title" tabindex="-1"><span class="chip">Connecting</span></h2></div>
    ${callerLine(call?.caller.number || leg.ring.number, call?.caller.verified || leg.ring.verified)}
    ${late
      ? html`<p class="hears nothing">${icon("warning")}<span>Caller may hear you</span></p>
        <p class="you">${LATE}</p>
        <div class="ways">${button({ name: "hang-up", label: "Hang up", icon: "hangup", tone: "danger", shape: "wide", hint: "The caller stays on the line, hears music and is put through again", click: () => desk.hangUpLate() })}</div>`
      : html`<p class="hears music">${icon("music")}<span>Caller hears music</span></p>
        <p class="you"><span class="spinner" aria-hidden="true"></span> Putting you through</p>`}
  </section>`;
}
