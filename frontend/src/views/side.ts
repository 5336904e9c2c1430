/** The second column: colleagues (and the way to bring one in), what happened in this call, and earlier calls. */
import { nothing, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { html } from "../html.js";
import type { Call, DirectoryEntry } from "../contract/types.js";
import type { Desk } from "../desk/desk.js";
import * as allow from "../state/allow.js";
import { sidesOf } from "../state/sides.js";
import type { Side, State } from "../state/state.js";
import { anybody, colleague, outside, sameTarget, targetText, type Target } from "../state/target.js";
import { presenceOf } from "../words/agent.js";
import { recentCalls } from "../state/recent.js";
import { choiceOf, targetName, type Choice } from "../state/choice.js";
import { phoneNumber } from "../words/number.js";
import { callOutcome, happening } from "../words/outcome.js";
import { duration, timeOfDay } from "../words/time.js";
import { typedNumber } from "../words/typed.js";
import { callsBack } from "../state/callback.js";
import { callBackButton } from "./callback.js";
import { historyPanel } from "./history.js";
import { knownCard } from "./known.js";
import { messagesPanel } from "./messages.js";
import { button, since } from "./parts.js";
import { settingsPanel } from "./settings.js";
import { teamPanel } from "./team.js";

const NOTE_MAX = 200;

export function side(state: State, desk: Desk): TemplateResult {
  const panel = html`${keyed(state.side, PANELS[state.side](state, desk))}`;
  return html`<aside class="side" aria-label="Side panel">
    ${sidesOf(state.rules).length === 1 ? panel : html`${tabs(state, desk)}
      <div class="side-panel" id="side-panel" role="tabpanel" aria-labelledby="side-${state.side}">${panel}</div>`}
  </aside>`;
}

const PANELS: Record<Side, (state: State, desk: Desk) => TemplateResult> = {
  colleagues: present, messages: messagesPanel, history: historyPanel, team: teamPanel, line: settingsPanel,
};

const LABELS: Record<Side, string> = {
  colleagues: "Colleagues", messages: "Messages", history: "History", team: "Team", line: "Line",
};

function tabs(state: State, desk: Desk): TemplateResult {
  const sides = sidesOf(state.rules);
  const other = (e: KeyboardEvent): void => {
    if (!["ArrowLeft", "ArrowRight", "Home", "End"].includes(e.key)) return;
    e.preventDefault();
    const last = sides.length - 1;
    const step = e.key === "ArrowLeft" ? last : 1;
    const to = sides[e.key === "Home" ? 0 : e.key === "End" ? last : (sides.indexOf(state.side) + step) % sides.length]!;
    desk.showSide(to);
    document.getElementById(`side-${to}`)?.focus();
  };
  return html`<div class="segments tabs" role="tablist" aria-label="What the side panel shows" @keydown=${other}>
    ${sides.map((tab) => html`<button type="button" role="tab" id="side-${tab}" data-test="side-${tab}"
      aria-selected=${String(state.side === tab)} aria-controls=${state.side === tab ? "side-panel" : nothing}
      tabindex=${state.side === tab ? "0" : "-1"} @click=${() => desk.showSide(tab)}>${LABELS[tab]}</button>`)}
  </div>`;
}

/** Who is there and may be brought in, and the call in progress. */
function present(state: State, desk: Desk): TemplateResult {
  const { screen } = state;
  const call = screen.is === "in-call" ? screen.call : null;
  const number = call?.caller.number ?? state.leg?.ring.number ?? "";
  return html`${colleagues(state, desk, call)}
    ${knownCard(state, desk, number)}
    ${call && call.history.length ? history(state, call) : nothing}
    ${recent(state, desk)}`;
}

function colleagues(state: State, desk: Desk, call: Call | null): TemplateResult {
  // A target brings nobody in; only the owner does.
  const bringsIn = call !== null && call.role !== "target";
  const choice = choiceOf(state);
  const { colleagues: shown, anybody } = choice;
  const number = bringsIn ? choice.number : "";
  const typed = callsBack(state) ? typedNumber(state.compose.filter, state.directory?.number).number : "";
  const find = call === null && callsBack(state) ? "Find a colleague, or type a number to call" : bringsIn && state.snapshot?.numbers ? "Find a colleague, or type a number" : "Find a colleague";
  return html`<section class="card panel colleagues" aria-labelledby="colleagues-title">
    <h2 id="colleagues-title">${bringsIn ? "Bring in a colleague" : "Colleagues"}${asAt(state)}</h2>
    <label class="field"><span class="visually-hidden">${find}</span>
      <input type="search" id="colleague-filter" data-test="filter" autocomplete="off" placeholder=${find} .value=${state.compose.filter}
        @input=${(e: InputEvent) => desk.compose({ filter: (e.target as HTMLInputElement).value })} /></label>
    ${shown.length === 0 && number === ""
      ? html`<p class="empty" data-test="nobody-found">${state.directory === null ? "Loading…" : anybody
        ? "No colleague has signed in yet." : typed ? "" : choice.refused || "No colleague of that name."}</p>`
      : bringsIn ? choose(state, desk, choice)
        : html`<ul class="people" tabindex="0" aria-label="Colleagues">${shown.map((a) => html`<li class="person">${person(state, a)}</li>`)}</ul>`}
    ${state.directory?.more ? html`<p class="hint" data-test="more-colleagues">${anybody
      ? "There are more colleagues. Type a part of a name to find one."
      : "There may be more. Type more of the name."}</p>` : nothing}
    ${bringsIn ? begin(state, desk, call) : nothing}
    ${call === null && typed ? html`<div class="verbs">${callBackButton(state, desk, "back-typed", { number: typed },
      `Call ${phoneNumber(typed)}`)}</div>` : nothing}
  </section>`;
}

/** While the server cannot be reached, the list says from when it is. */
function asAt(state: State): TemplateResult | typeof nothing {
  const { apiDownAt, directory, skew } = state;
  return apiDownAt && directory
    ? html` <span class="as-at">at ${timeOfDay(Date.parse(directory.at) - skew)}</span>`
    : nothing;
}

function person(state: State, a: DirectoryEntry): TemplateResult {
  return html`<span class="who"><span class="dot ${a.presence}" aria-hidden="true"></span><span class="name">${a.name}</span></span>
    <span class="what">${presenceOf(a)}<span class="seen">${a.presence === "offline"
      ? html`seen ${since(state, a.seen, "ago")}`
      : html`for ${since(state, a.since)}`}</span></span>`;
}

function choose(state: State, desk: Desk, { colleagues: shown, number, anybody: all }: Choice): TemplateResult {
  const self = state.snapshot?.agent.id ?? "";
  const row = (target: Target, test: string, off: boolean, look: TemplateResult): TemplateResult => {
    const chosen = sameTarget(state.compose.target, target) && !off;
    // Not `disabled`, so that the keyboard finds it and hears why it cannot be chosen.
    return html`<label class="person ${off ? "off" : ""} ${chosen ? "chosen" : ""}">
      <input type="radio" name="target" value=${targetText(target)} data-test="target-${test}" .checked=${chosen} aria-disabled=${off
        ? "true"
        : nothing}
        @click=${(e: Event) => { if (off) e.preventDefault(); }}
        @change=${() => { if (!off) desk.compose({ target }); }} />
      ${look}</label>`;
  };
  const plain = (name: string, what: string): TemplateResult => html`<span class="who"><span class="name">${name}</span></span><span class="what">${what}</span>`;
  const free = allow.somebodyFree(state);
  return html`<fieldset class="people choice"><legend class="visually-hidden">Colleague</legend>
    ${number ? row(outside(number), "number", false, plain(phoneNumber(number), "Outside")) : nothing}
    ${all ? row(anybody, "anybody", !free, plain("Next free colleague", free ? "" : "Nobody is free")) : nothing}
    ${shown.map((a) => row(colleague(a.id), a.id, allow.unselectable(a, self) !== "", person(state, a)))}
  </fieldset>`;
}

function begin(state: State, desk: Desk, call: Call): TemplateResult {
  const whom = targetName(state);
  const left = NOTE_MAX - state.compose.note.length;
  return html`<div class="begin">
    <label class="field"><span>Note, shown before your colleague answers</span>
      <textarea rows="2" maxlength=${NOTE_MAX} data-test="note-field" .value=${state.compose.note}
        @input=${(e: InputEvent) => desk.compose({ note: (e.target as HTMLTextAreaElement).value })}></textarea>
      <span class="hint left">${left <= 40 ? `${left} characters left` : ""}</span></label>
    <div class="verbs">
      ${button({ name: "consult", label: "Consult", icon: "people", tone: "primary", chord: "C",
        hint: `The caller hears music while you talk with ${whom}`, button: allow.start(state, call,
          "consult"), click: () => desk.press("consult") })}
      ${button({ name: "blind", label: "Transfer now", icon: "leave", chord: "X",
        hint: `The caller hears music until ${whom} answers; you are out at once`, button: allow.start(state, call,
          "blind"), click: () => desk.press("blind") })}
      ${button({ name: "add", label: "Add", icon: "addPerson", chord: "7",
        hint: `${sentence(whom)} comes straight in: all three talk`, button: allow.start(state, call,
          "add"), click: () => desk.press("add") })}
      ${button({ name: "requeue", label: "To the line", icon: "music", chord: "8",
        hint: "The caller goes to the head of the line, with your note; you are out at once", button: allow.verb(state,
          call, "requeue"), click: () => desk.press("requeue") })}
    </div>
  </div>`;
}

const sentence = (words: string): string => words.slice(0, 1).toUpperCase() + words.slice(1);

function history(state: State, call: Call): TemplateResult {
  const self = state.snapshot?.agent.id ?? "";
  return html`<section class="card panel" aria-labelledby="history-title">
    <h2 id="history-title">This call so far</h2>
    <ol class="history">${[...call.history].reverse().map((h) => html`<li><time datetime=${h.at}>${timeOfDay(Date.parse(h.at) - state.skew)}</time><span>${happening(h, self)}</span></li>`)}</ol>
  </section>`;
}

function recent(state: State, desk: Desk): TemplateResult {
  const calls = recentCalls(state);
  return html`<section class="card panel" aria-labelledby="recent-title">
    <h2 id="recent-title">Recent calls</h2>
    ${calls.length === 0
      ? html`<p class="empty" data-test="nobody-found">Your last calls appear here.</p>`
      : html`<ul class="recent">${calls.map((r) => html`<li data-test="recent">
          <span class="number">${phoneNumber(r.number)}</span><span class="length">${r.talkedMs
            ? duration(r.talkedMs)
            : ""}</span>
          <span class="outcome">${callOutcome(r.outcome, r.with,
            r.rang, r.back)}</span><time>${timeOfDay(r.endedAt)}</time>${(r.rang || r.back) && r.call && r.number && callsBack(state)
            ? callBackButton(state, desk, `back-${r.call}`, { call: r.call }) : nothing}</li>`)}</ul>`}
  </section>`;
}
