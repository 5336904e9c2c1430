/** Beside the call or the card at rest: colleagues, or this call so far; messages, history, the team and the line. */
import { nothing, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { html } from "../html.js";
import type { Call } from "../contract/types.js";
import type { Desk } from "../desk/desk.js";
import { newMessages, sidesOf } from "../state/sides.js";
import type { Side, State } from "../state/state.js";
import { recentCalls } from "../state/recent.js";
import { choiceOf } from "../state/choice.js";
import { phoneNumber } from "../words/number.js";
import { callOutcome, happening } from "../words/outcome.js";
import { duration, timeOfDay } from "../words/time.js";
import { typedNumber } from "../words/typed.js";
import { callsBack } from "../state/callback.js";
import { callBackButton } from "./callback.js";
import { historyPanel } from "./history.js";
import { knownCard } from "./known.js";
import { messagesPanel } from "./messages.js";
import { asAt, finder, moreColleagues, nobodyFound, person } from "./people.js";
import { settingsPanel } from "./settings.js";
import { teamPanel } from "./team.js";

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
      tabindex=${state.side === tab ? "0" : "-1"} @click=${() => desk.showSide(tab)}>${tab === "colleagues"
        && state.screen.is === "in-call" ? "This call" : LABELS[tab]}${tab === "messages" ? newCount(state) : nothing}</button>`)}
  </div>`;
}

/** It has its place also while there is none, so that no tab moves. */
function newCount(state: State): TemplateResult {
  const count = newMessages(state);
  return html` <span class="new-count ${count ? "some" : ""}" data-test="new-messages">${count
    ? html`${count}<span class="visually-hidden"> new</span>` : nothing}</span>`;
}

/** At rest, who is there. In a call, that call: whom to bring in is then in the card Transfer. */
function present(state: State, desk: Desk): TemplateResult {
  const { screen } = state;
  const call = screen.is === "in-call" ? screen.call : null;
  const number = call?.caller.number ?? state.leg?.ring.number ?? "";
  return html`${call ? nothing : colleagues(state, desk)}
    ${knownCard(state, desk, number)}
    ${call && call.history.length ? history(state, call) : nothing}
    ${recent(state, desk)}`;
}

function colleagues(state: State, desk: Desk): TemplateResult {
  const choice = choiceOf(state);
  const calls = callsBack(state);
  const typed = calls ? typedNumber(state.compose.filter, state.directory?.number).number : "";
  return html`<section class="card panel colleagues" aria-labelledby="colleagues-title">
    <h2 id="colleagues-title">Colleagues${asAt(state)}</h2>
    ${finder(state, desk, calls ? "Find a colleague, or call a number" : "Find a colleague")}
    ${choice.colleagues.length > 0 ? html`<ul class="people" tabindex="0" aria-label="Colleagues">${choice.colleagues.map((a) =>
        html`<li class="person">${person(state, a)}</li>`)}</ul>`
      : typed ? nothing : nobodyFound(state, choice)}
    ${moreColleagues(state, choice)}
    ${typed ? html`<div class="verbs">${callBackButton(state, desk, "back-typed", { number: typed },
      `Call ${phoneNumber(typed)}`)}</div>` : nothing}
  </section>`;
}

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
