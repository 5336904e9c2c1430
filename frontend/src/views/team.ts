/** The team's view for supervisors: the day's figures, who waits, every call and every agent, and what they may do. */
import { nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { html } from "../html.js";
import type { TeamAct, TeamAgent, TeamCall, TeamPart, TeamWaiting } from "../contract/types.js";
import type { Desk } from "../desk/desk.js";
import type { Button } from "../state/allow.js";
import { endable, freeAgents } from "../state/team.js";
import type { State } from "../state/state.js";
import { presenceOf } from "../words/agent.js";
import { partyName, phoneNumber } from "../words/number.js";
import { recordsProblem } from "../words/problem.js";
import { hearWords, rungWords, stateWords, transferWord } from "../words/team.js";
import { duration, timeOfDay } from "../words/time.js";
import { wallClock } from "../words/zone.js";
import { supervisorWords } from "../words/watch.js";
import { icon } from "./icons.js";
import { button, since } from "./parts.js";
import { watchButtons } from "./watch.js";

export function teamPanel(state: State, desk: Desk): TemplateResult {
  const { view, failing } = state.team;
  return html`<section class="card panel team" aria-labelledby="team-title">
    <h2 id="team-title" tabindex="-1">Team</h2>
    <p class="team-state ${failing ? "failed" : ""}" data-test="team-state">${failing
      ? html`${icon("warning")}<span>${view ? `This is how it was at ${timeOfDay(Date.parse(view.at) - state.skew)}. ` : ""}${recordsProblem(failing)}</span>`
      : view ? html`<span>As it is now</span>` : html`<span class="spinner" aria-hidden="true"></span> <span>Looking</span>`}</p>
    ${view ? html`${today(state)}
      ${section("team-waiting", "Waiting", view.waiting, "Nobody waits.", "It is not known who waits.",
        (w) => w.call, (w) => waiting(state, desk, w))}
      ${section("team-calls", "Calls", view.calls, "No call is going on.", "The calls are not known.",
        (c) => c.call, (c) => call(state, desk, c))}
      ${section("team-agents", "Agents", view.agents, "Nobody has signed in yet.", "The agents are not known.",
        (a) => a.id, (a) => agent(state, desk, a))}` : nothing}
  </section>`;
}

/**
 * A list of the view. One that could not be read says so; it is never shown as empty. One that was read in part shows
 * that part.
 */
function section<T>(name: string, title: string, part: TeamPart<T>, none: string, unknown: string,
  key: (item: T) => string, row: (item: T) => TemplateResult): TemplateResult {
  const { list, more } = part;
  const number = part.unknown ? "" : ` (${list.length}${more ? " and more" : ""})`;
  return html`<div class="team-part" data-test=${name}><h3>${title}${number}</h3>
    ${part.unknown ? html`<p class="problem" data-test="${name}-unknown">${icon("unknown")}<span>${list.length > 0
      ? "Some could not be read and are missing here." : unknown}</span></p>` : nothing}
    ${list.length === 0 ? part.unknown ? nothing : html`<p class="empty">${none}</p>`
        : html`<ul class="team-list">${repeat(list, key, (item) => html`<li>${row(item)}</li>`)}</ul>`}
    ${more && !part.unknown ? html`<p class="hint">There are more, which are not shown.</p>` : nothing}
  </div>`;
}

/** While one act is under way no other begins. */
function may(state: State, own: (act: TeamAct) => boolean, why = ""): Button {
  const { act } = state.team;
  if (act) return { on: false, why: "Wait for the last press", busy: own(act) };
  return { on: why === "", why, busy: false };
}

function caller(number: string): TemplateResult {
  return html`<span class="number">${phoneNumber(number)}</span>`;
}

function waiting(state: State, desk: Desk, w: TeamWaiting): TemplateResult {
  const free = freeAgents(state);
  const chosen = state.team.chosen[w.call] ?? "";
  const rung = w.rung.length > 0;
  const why = w.kept ? "They are called when it is their turn" : rung || !w.actions.includes("offer") ? "An agent is being rung for this caller"
    : chosen ? "" : "Choose an agent first";
  const named = [["", "Choose an agent"], ...free.map((a) => [a.id, a.name])];
  // A choice that is not free any more stays as it was made; the server says why it cannot be done.
  if (chosen && !free.some((a) => a.id === chosen)) named.push([chosen, notFree(state, chosen)]);
  return html`<div class="team-row" data-test="team-waiting-row" data-call=${w.call}>
    <p class="head">${state.team.view?.waiting.unknown ? nothing
      : html`<span class="place" aria-label="Place ${w.place}">${w.place}</span>`} ${caller(w.caller.number)} <span
      class="when">${since(state, w.since)}</span></p>
    <p class="words">${rung ? rungWords(w.rung) : w.kept ? "Keeps the place, and is called when it is their turn." : "Hears music."}${w.requeued ? " Has talked to an agent before." : ""}</p>
    ${w.kept && w.actions.includes("end") ? html`<div class="verbs">${endButton(state, desk, w, "Give the place up", "")}</div>` : html`<div class="offer"><label class="field"><span class="visually-hidden">Agent for ${phoneNumber(w.caller.number)}</span>
      <select data-test="team-offer-to" @change=${(e: Event) => desk.team.choose(w.call, (e.target as HTMLSelectElement).value)}>
        ${named.map(([id, name]) => html`<option value=${id!} .selected=${id === chosen}>${name}</option>`)}
      </select></label>
      ${button({ name: `team-offer-${w.call}`, label: "Ring", icon: "bell",
        button: may(state, (act) => act.action === "offer" && act.call === w.call, why),
        click: () => desk.team.offer(w.call, chosen) })}</div>`}
  </div>`;
}

function notFree({ team }: State, id: string): string {
  const agents = team.view?.agents;
  const there = agents?.list.find((a) => a.id === id);
  return `${there?.name ?? id} (${there || !(agents?.unknown || agents?.more) ? "not free" : "not known"})`;
}

function endButton(state: State, desk: Desk, c: TeamCall | TeamWaiting, label: string, why: string): TemplateResult {
  return button({ name: `team-end-${c.call}`, label, icon: "hangup",
    button: may(state, (act) => act.action === "end" && act.call === c.call, why), click: () => desk.team.askEnd(c) });
}

function call(state: State, desk: Desk, c: TeamCall): TemplateResult {
  return html`<div class="team-row" data-test="team-call-row" data-call=${c.call}>
    <p class="head">${caller(c.caller.number)} <span class="when">${since(state, c.since)}</span></p>
    <p class="words"><strong>${stateWords(c)}</strong>${c.owner ? ` · ${partyName(c.owner)}’s call` : ""}</p>
    <p class="words">${hearWords(c).join(" ")}${c.overdue ? " The phone network has not done yet what was asked of it." : ""}</p>
    ${(c.supervisors ?? []).map((s) => html`<p class="words" data-test="team-supervisor">${supervisorWords(s, c.owner ? partyName(c.owner) : "the owner")}</p>`)}
    <div class="verbs three">${watchButtons(state, desk, c.call, c, "row")}</div>
    <div class="verbs">${endButton(state, desk, c, "End call",
      c.actions.includes("end") ? "" : "Not while a colleague is asked in private")}</div>
  </div>`;
}

function agent(state: State, desk: Desk, a: TeamAgent): TemplateResult {
  const at = state.team.view?.calls.list.find((c) => c.call === a.call)
    ?? state.team.view?.waiting.list.find((w) => w.call === a.call);
  const does = (action: "away" | "available", label: string): TemplateResult => button({
    name: `team-${action}-${a.id}`, label,
    button: may(state, (act) => act.action === action && act.agent === a.id,
      a.actions.includes(action) ? "" : `${a.name} is that already`),
    click: () => desk.team.setStatus(a.id, action),
  });
  return html`<div class="team-row" data-test="team-agent-row" data-agent=${a.id}>
    <p class="head"><span class="dot ${a.presence}" aria-hidden="true"></span> <span class="name">${a.name}</span> <span
      class="when">${presenceOf(a)} ${a.presence === "offline" ? html`seen ${since(state, a.seen, "ago")}`
        : html`for ${since(state, a.since)}`}</span></p>
    <p class="words">${[
      at ? `With ${phoneNumber(at.caller.number)}.` : a.call ? "In a call that is not listed." : "",
      a.presence === "busy" || a.presence === "offline" ? `Has chosen ${presenceOf({ presence: a.status })}.` : "",
      a.by ? `Set by ${a.by}.` : "",
      a.missed === undefined ? "Missed today: not known." : `Missed today: ${a.missed}.`,
    ].filter(Boolean).join(" ")}</p>
    <div class="verbs pair">${does("away", "Away")} ${does("available", "Available")}</div>
  </div>`;
}

function today(state: State): TemplateResult {
  const { counts, partial, since: from } = state.team.view!.today;
  const { zone } = state.history;
  const figure = (name: string, words: string): TemplateResult => html`<div><dt>${name}</dt><dd>${words}</dd></div>`;
  const wait = (seconds: number | undefined): string => (seconds === undefined ? "–" : duration(seconds * 1000));
  return html`<div class="team-part" data-test="team-today"><h3>Today <span class="hint">since ${wallClock(Date.parse(from), zone).time.slice(0, 5)}, ${zone}</span></h3>
    ${counts ? html`<dl class="figures">
        ${figure("Arrived", String(counts.arrived))} ${figure("Answered", String(counts.answered))}
        ${figure("Within 20 s", String(counts.answeredQuickly))} ${figure("Abandoned", String(counts.abandoned))}
        ${figure("Average wait", wait(counts.averageWait))} ${figure("Longest wait", wait(counts.longestWait))}
        ${counts.expired ? figure("Waited too long", String(counts.expired)) : nothing}
        ${counts.voicemail ? figure("Asked for a message", String(counts.voicemail)) : nothing}
        ${counts.kept ? figure("To be called back", String(counts.kept)) : nothing}
        ${counts.closed ? figure("Line was closed", String(counts.closed)) : nothing}
      </dl>
      <p class="words">${counts.transfers.length ? `Transfers: ${counts.transfers.map((t) => `${t.count} ${transferWord(t.outcome)}`).join(", ")}.`
        : "No transfers yet."}</p>
      ${partial ? html`<p class="hint" data-test="team-partial">More calls are still being counted.</p>` : nothing}`
      : html`<p class="problem" data-test="team-today-unknown">${icon("unknown")}<span>Today’s figures are not known.</span></p>`}
  </div>`;
}

/** The question before a supervisor ends a call; the call may have changed since. */
export function confirmTeamEnd(state: State, desk: Desk): { readonly title: string; readonly body: TemplateResult;
  readonly actions: TemplateResult } {
  const asked = state.team.ending;
  const now = endable(state);
  const others = now && "hear" in now ? now.hear.concat(now.music).filter((p) => !p.id.startsWith("#")).map(partyName) : [];
  const kept = asked !== null && "kept" in asked && asked.kept === true;
  return {
    title: kept ? "Give this place up?" : "End this call?",
    body: html`<p>${now && kept ? `${phoneNumber(now.caller.number)} is not called any more, and is not told so.` : now ? `${phoneNumber(now.caller.number)} hears a goodbye, and is cut off from ${others.join(" and ") || "the line"}.`
      : `The call of ${phoneNumber(asked?.caller.number ?? "")} cannot be ended any more: it is over, or has changed.`}</p>`,
    actions: html`${button({ name: "keep-call", label: "Leave it", first: true, click: () => desk.panel("") })}
      ${button({ name: "confirm-team-end", label: kept ? "Give it up" : "End call", icon: "hangup", tone: "danger",
        button: may(state, (act) => act.action === "end", now ? "" : "It cannot be ended any more"),
        click: () => asked && desk.team.end(asked.call) })}`,
  };
}
