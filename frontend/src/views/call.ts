/** The call: the caller and what the caller hears now are the largest; below, who is with whom, and the ways out. */
import { nothing, type TemplateResult } from "lit";
import { html } from "../html.js";
import type { Call } from "../contract/types.js";
import type { Desk } from "../desk/desk.js";
import type { Levels } from "../desk/levels.js";
import * as allow from "../state/allow.js";
import { known, type Known } from "../state/known.js";
import { inCallSince } from "../state/screen.js";
import type { Leg, Screen, State } from "../state/state.js";
import { colleague, groups, hearing, isDialled, LATE, LATE_AND_CUT, OVERDUE, stateWords, type Hears } from "../words/call.js";
import { partyName } from "../words/number.js";
import { timeOfDay } from "../words/time.js";
import { soundWords } from "../words/voice.js";
import { icon, type Icon } from "./icons.js";
import { knownCaller } from "./known.js";
import { button, since } from "./parts.js";
import { callerLine } from "./ringing.js";
import { transferCard } from "./transfer.js";

const HEARS: Record<Hears, Icon> = { voices: "sound", music: "music", silence: "silence", nothing: "cross", rung: "phone",
  unknown: "unknown" };

export function inCall(state: State, desk: Desk, { call, leg }: Extract<Screen, { is: "in-call" }>): TemplateResult {
  const now = known(state);
  const says = hearing(call, leg.muted, now);
  const held = call.held.includes("caller") && !now.told;
  return html`<section class="card call" data-test="screen-in-call" data-state=${call.state} data-role=${call.role} aria-labelledby="title">
    <div class="call-head">
      <h2 id="title" tabindex="-1"><span class="chip">${stateWords(call)}</span>${now.told
        ? html` <span class="chip stale">at ${timeOfDay(now.told)}</span>`
        : nothing}</h2>
      <dl class="timers">
        <div><dt>Call</dt><dd data-test="call-timer">${since(state, inCallSince(state, leg, call))}</dd></div>
      </dl>
    </div>
    ${callerLine(call.caller.number, call.caller.verified, desk.crmOf(call.caller.number, call.id))}
    ${knownCaller(state, call.caller.number)}
    <p class="hears ${says.caller}" data-test="hears">${icon(HEARS[says.caller])}<span>${says.caller === "nothing"
      ? "The caller"
      : "Caller"} ${says.callerWords}</span>
      ${held
        ? html`<span class="hold-timer"><span class="visually-hidden">On hold for </span>${since(state,
          heldSince(call))}</span>`
        : nothing}</p>
    <div class="now"><p class="you" data-test="you">${says.you}</p>${overdue(call)}</div>
    ${together(call, leg, now)}
    ${controls(state, desk, call, leg, now)}
    ${ways(state, desk, call)}
  </section>
  ${transferCard(state, desk, call, now)}`;
}

/** One line of its own size, in the place that is kept for it; a screen reader is told more (announce.ts). */
function overdue(call: Call): TemplateResult | typeof nothing {
  return call.overdue ? html`<p class="overdue" data-test="overdue">${icon("clock")}<span>${OVERDUE}</span></p>` : nothing;
}

/** The server says since when; until it has confirmed the hold, the start of the state is the best guess. */
function heldSince(call: Call): string {
  return call.heldSince ?? call.since;
}

function together(call: Call, leg: Leg, now: Known): TemplateResult {
  const g = groups(call);
  const was = now.told > 0;
  const doubt = now.sound !== "flows" && g.talking.length > 1 && g.talking.includes("You");
  const alone = g.talking.length === 1 || leg.muted;
  const talk = doubt ? "May not hear each other" : alone ? "On the line" : "Hear each other";
  const group = (names: readonly string[], className: string, label: string,
    symbol: Icon): TemplateResult | typeof nothing =>
    names.length === 0
      ? nothing
      : html`<div class="group ${className}"><span class="group-label">${icon(symbol)}${label}</span>
          <ul>${names.map((n) => html`<li>${n === "You"
            ? html`${icon(leg.muted ? "micOff" : "mic")}${n}${leg.muted
              ? html`<span class="visually-hidden"> (muted)</span>` : nothing}`
            : n}</li>`)}</ul></div>`;
  const asked = call.transfer?.progress === "asked";
  return html`<div class="together ${was ? "past" : ""}" role="group" aria-label=${was
    ? `Who was with whom at ${timeOfDay(now.told)}` : "Who is with whom"}>
    ${group(g.talking, doubt || was ? "talking doubt" : "talking", was ? "Were on the line" : talk, doubt || was
      ? "unknown" : "sound")}
    ${group(g.music, "music", was ? "Heard music" : "Hears music", "music")}
    ${group(g.ringing, "being-rung", was ? "Was being rung" : asked ? "Is asked to accept" : "Is being rung", "bell")}
  </div>`;
}

function controls(state: State, desk: Desk, call: Call, leg: Leg, now: Known): TemplateResult {
  const resumes = call.actions.includes("resume") || state.pending?.action === "resume"
    || (call.state === "talking" && call.held.includes("caller"));
  const hold = allow.verb(state, call, resumes ? "resume" : "hold");
  const q = soundWords(state.warnings, now);
  const keys = state.panel === "keypad";
  const silence = leg.muted ? "Nobody hears you now" : "Others hear silence from you; you go on hearing them";
  return html`<div class="controls" role="group" aria-label="Call controls">
    ${button({ name: "mute", label: leg.muted ? "Unmute" : "Mute", icon: leg.muted ? "micOff" : "mic", shape: "tile", place: "mute",
      pressed: leg.muted, chord: "M", hint: silence, click: () => desk.mute() })}
    ${call.role === "target" ? nothing : button({
      name: resumes ? "resume" : "hold", label: resumes ? "Resume" : "Hold", icon: resumes ? "play" : "pause",
        shape: "tile",
      pressed: call.held.includes("caller") && resumes && !now.told, chord: "H", hint: resumes
        ? "The caller hears you again"
        : "The caller hears music", button: hold, click: () => desk.hold(),
    })}
    ${button({ name: "keypad", label: "Keypad", icon: "keypad", shape: "tile", expanded: keys,
      click: () => desk.panel(keys ? "" : "keypad") })}
    <div class="sound-state">
      <p class="quality ${q.light}" data-test="quality"><span class="bars" aria-hidden="true"><i></i><i></i><i></i></span><span>${q.words}</span></p>
      <div class="mic-level">${icon("mic")}<desk-meter .source=${(l: Levels) => desk.onLevels(l)}></desk-meter></div>
    </div>
    ${keys ? keypad(desk) : nothing}
  </div>`;
}

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

function keypad(desk: Desk): TemplateResult {
  const typed = (event: KeyboardEvent): void => {
    if (event.key === "Escape") desk.panel("");
    if (KEYS.includes(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) desk.digits(event.key);
  };
  return html`<div class="keypad" role="group" aria-label="Keypad; digits also from the keyboard" @keydown=${typed}>
    ${KEYS.map((k) => html`<button type="button" class="key" data-test="key-${k}"
      aria-label=${k === "*" ? "Star" : k === "#" ? "Hash" : k} @click=${() => desk.digits(k)}>${k}</button>`)}
  </div>`;
}

function ways(state: State, desk: Desk, call: Call): TemplateResult {
  const asks = state.panel.startsWith("confirm-");
  const out = allow.outBy(state, call);
  return html`<div class="ways" role="group" aria-label="Out of the call">
    ${button({ name: "leave", label: "Leave", icon: "leave", shape: "wide", chord: "6", hint: leaveHint(call),
      button: stillPressed(allow.leave(state, call)), click: () => desk.leave() })}
    ${out === "hang-up"
      ? button({ name: "hang-up", label: "Hang up", icon: "hangup", tone: "danger", shape: "wide", chord: "1",
        hint: "Only your own line ends; says first what becomes of the caller", expanded: asks, click: () => desk.askEnd() })
      : call.role === "target" ? nothing
      : button({ name: "end", label: "End call", icon: "hangup", tone: "danger", shape: "wide", chord: "1",
        hint: "The call is over for everybody, the caller too", expanded: asks, button: stillPressed(allow.verb(state,
          call, "end")), click: () => desk.askEnd() })}
  </div>`;
}

/** A request to leave that the server is slow to carry out can be pressed again: the agent may then hang up instead. */
function stillPressed(b: allow.Button): allow.Button {
  return b.busy ? { ...b, on: true } : b;
}

function leaveHint(call: Call): string {
  const name = colleague(call);
  return allow.rings(call)
    ? `You are out; the caller is put through to ${name}`
    : `You are out; the caller goes on with ${name}`;
}

/** Answered, and not in the conference yet: takes seconds at most, unless something is wrong. */
export function connecting(state: State, desk: Desk,
  { leg, call, late }: Extract<Screen, { is: "connecting" }>): TemplateResult {
  const t = call?.transfer?.outcome ? undefined : call?.transfer;
  const by = t ? partyName(t.by) : leg.ring.by;
  const kind = t?.kind ?? leg.ring.kind;
  const joins = by !== "" && kind === "add";
  const dialled = leg.ring.asked !== "" || isDialled(call);
  const becomes = dialled ? "Nobody is dialled" : joins || by !== "" && kind === "consult"
    ? `The caller stays with ${by}`
    : "The caller stays on the line, hears music and is put through again";
  return html`<section class="card call connecting" data-test="screen-connecting" aria-labelledby="title">
    <div class="call-head"><h2 id="title" tabindex="-1"><span class="chip">Connecting</span></h2></div>
    ${callerLine(call?.caller.number || leg.ring.number, call?.caller.verified || leg.ring.verified)}
    ${knownCaller(state, call?.caller.number || leg.ring.number)}
    ${dialled && !late
      ? html`<p class="hears rung">${icon("phone")}<span>Calling back</span></p>
        <p class="you"><span class="spinner" aria-hidden="true"></span> Your own line first; then the number is dialled</p>`
      : late
      ? html`<p class="hears unknown">${icon("unknown")}<span>Caller may hear you</span></p>
        <p class="you">${leg.phase === "reconnecting" ? LATE_AND_CUT : LATE}</p>`
      : html`<p class="hears ${joins ? "voices" : "music"}">${icon(joins ? "sound" : "music")}<span>Caller ${joins
        ? `hears ${by}` : "hears music"}</span></p>
        <p class="you"><span class="spinner" aria-hidden="true"></span> Putting you through</p>`}
    <div class="ways">${button({ name: "hang-up", label: "Hang up", icon: "hangup", tone: late ? "danger" : "quiet",
      shape: "wide", hint: becomes, click: () => desk.hangUp() })}</div>
  </section>`;
}
