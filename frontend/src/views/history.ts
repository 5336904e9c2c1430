/** The history of calls that have ended: what to look for, the list, and one call as a line of time. */
import { nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { keyed } from "lit/directives/keyed.js";
import { html } from "../html.js";
import { CALL_OUTCOMES, type CallNote, type CallRecord } from "../contract/types.js";
import type { Desk } from "../desk/desk.js";
import { filtered, knownAgents, openCall, type Filter, type When } from "../state/history.js";
import { fieldsOf } from "../state/notes.js";
import { noted } from "../state/wrapup.js";
import type { State } from "../state/state.js";
import { partyName, phoneNumber } from "../words/number.js";
import { recordsProblem } from "../words/problem.js";
import { laterWords, legWords, recordOutcome, timeline, whenWords, withWhom } from "../words/record.js";
import { duration } from "../words/time.js";
import { ownZone, wallClock, ZONES } from "../words/zone.js";
import { icon } from "./icons.js";
import { noteForm, noteQuote } from "./note.js";
import { callBackButton } from "./callback.js";
import { callsBack } from "../state/callback.js";
import { button } from "./parts.js";

export function historyPanel(state: State, desk: Desk): TemplateResult {
  const call = openCall(state.history);
  return html`${keyed(call?.id ?? "", call ? record(state, desk, call) : search(state, desk))}`;
}

const serverNow = (state: State): number => Date.parse(state.snapshot?.at ?? "") || 0;
const self = (state: State): string => state.snapshot?.agent.id ?? "";

function search(state: State, desk: Desk): TemplateResult {
  return html`<section class="card panel records" aria-labelledby="records-title">
    <h2 id="records-title" tabindex="-1">${showsMissed(state) ? "Missed calls"
      : state.rules?.supervisor ? "Calls of all agents" : "Your calls"}</h2>
    ${filterForm(state, desk)}
    ${state.rules?.supervisor ? exporting(state, desk) : nothing}
    ${list(state, desk)}
  </section>`;
}

/** The list has calls that nobody has answered: they are everybody's. */
const showsMissed = (state: State): boolean => state.history.asked?.missed === true;

type Option = readonly [value: string, words: string];

const WHEN: readonly (readonly [When, string])[] = [["", "Any time"], ["today", "Today"], ["yesterday", "Yesterday"],
  ["week", "Last 7 days"], ["month", "Last 30 days"], ["span", "Day or span"]];

/** What needs a row of its own to be read: half a row has some twelve letters beside the arrow of a select. */
const wide = (name: string): string => (["agent", "outcome", "code", "text"].includes(name) ? "wide" : "");

function select(name: string, label: string, options: readonly Option[], chosen: string,
  choose: (value: string) => void): TemplateResult {
  return html`<label class="field ${wide(name)}"><span>${label}</span>
    <select data-test="find-${name}" @change=${(e: Event) => choose((e.target as HTMLSelectElement).value)}>
      ${options.map(([value, words]) => html`<option value=${value} .selected=${value === chosen}>${words}</option>`)}
    </select></label>`;
}

function filterForm(state: State, desk: Desk): TemplateResult {
  const { filter } = state.history;
  const set = (change: Partial<Filter>): void => desk.archive.filter(change);
  const typed = (name: "caller" | "text" | "from" | "to" | "agent", label: string, type: string): TemplateResult =>
    html`<label class="field ${wide(name)}"><span>${label}</span>
      <input type=${type} autocomplete="off" maxlength=${type === "date" ? nothing : 100} data-test="find-${name}"
        list=${name === "agent" ? "find-agents" : nothing} .value=${filter[name]} @input=${(e: Event) => set({ [name]: (e.target as HTMLInputElement).value })} /></label>`;
  const codes = state.rules?.codes ?? [];
  return html`<form class="find" @submit=${(e: Event) => (e.preventDefault(), desk.archive.find())}>
    ${select("when", "When", WHEN, filter.when, (when) => set({ when: when as When }))}
    ${typed("caller", "Caller’s number", "text")}
    ${filter.when === "span" ? html`${typed("from", "From", "date")} ${typed("to", "To", "date")}` : nothing}
    ${state.rules?.supervisor ? html`${typed("agent", "Agent", "text")}<datalist id="find-agents">${agents(state)
      .map((name) => html`<option value=${name}></option>`)}</datalist>` : nothing}
    ${select("outcome", "Outcome", [["", "Any"], ...missable(state), ...CALL_OUTCOMES.map((o): Option => [o, recordOutcome({ outcome: o })])],
      filter.outcome, (outcome) => set({ outcome: outcome as Filter["outcome"] }))}
    ${codes.length ? select("code", "Code", [["", "Any"], ...codes.map((c): Option => [c, c])], filter.code,
      (code) => set({ code })) : nothing}
    ${typed("text", "Name, or text of a note", "search")}
    <div class="find-go"><button type="submit" class="button primary" data-test="find">Search</button>
      ${state.rules?.missed && filter.outcome !== "missed" ? html`<button type="button" class="button" data-test="find-missed"
        @click=${() => desk.archive.findMissed()}>Missed calls</button>` : nothing}
      ${filtered(filter) ? html`<button type="button" class="button quiet" data-test="find-all"
        @click=${() => desk.archive.findAll()}>Show all</button>` : nothing}</div>
  </form>`;
}

const missable = (state: State): Option[] => (state.rules?.missed ? [["missed", "Missed: nobody answered"]] : []);

/** The names that are offered while an agent is typed: any other may be typed, too. */
const agents = (state: State): readonly string[] =>
  [...new Set(knownAgents(state).map((a) => a.name))].sort((a, b) => a.localeCompare(b));

/** This computer's first. */
const zones = (): Option[] => [...new Set([ownZone(), ...ZONES])].map((z) => [z, z]);

function exporting(state: State, desk: Desk): TemplateResult {
  const { read, zone, calls } = state.history;
  return html`<div class="export">
    ${guard([zone], () => select("zone", "Times in", zones(), zone, (z) => desk.archive.setZone(z)))}
    ${read === null
      ? button({ name: "export", label: "Export CSV", hint: "All calls of this list, as a table",
        button: calls.length ? { on: true, why: "", busy: false } : { on: false, why: "There is no call to export",
          busy: false }, click: () => void desk.archive.export() })
      : button({ name: "stop-export", label: `Stop (${read} read)`, icon: "cross", click: () => desk.archive.stop() })}
  </div>`;
}

function list(state: State, desk: Desk): TemplateResult {
  const { calls, cursor, loading, problem } = state.history;
  const waits = loading === "first";
  return html`${problem ? html`<p class="problem" data-test="find-problem">${icon("warning")}<span>${recordsProblem(problem)}</span></p>` : nothing}
    ${waits ? html`<p class="empty"><span class="spinner" aria-hidden="true"></span> Looking</p>` : nothing}
    ${!waits && !problem && calls.length === 0
      ? html`<p class="empty" data-test="find-nothing">${cursor ? "Nothing found so far." : "No call found."}</p>` : nothing}
    ${waits || calls.length === 0 ? nothing
      : html`<ul class="calls">${calls.map((c) => html`<li>${row(state, desk, c)}</li>`)}</ul>`}
    ${cursor && !waits ? html`<div class="verbs">${button({ name: "find-more", label: calls.length ? "More" : "Look further",
      button: { on: loading === "", why: loading ? "Looking" : "", busy: loading !== "" },
      click: () => void desk.archive.more() })}</div>` : nothing}`;
}

function row(state: State, desk: Desk, c: CallRecord): TemplateResult {
  const whom = withWhom(c, self(state));
  const codes = [...new Set(c.notes.flatMap((n) => n.code ?? []))];
  return html`<button type="button" class="call-row" data-test="record" data-call=${c.id} @click=${() => desk.archive.open(c.id)}>
    <span class="number">${c.name ?? phoneNumber(c.caller)}</span>
    <time datetime=${c.arrived}>${whenWords(c, serverNow(state), state.history.zone)}</time>
    <span class="what"><span class=${failed(c) ? "failed" : ""}>${recordOutcome(c)}</span>${whom
      ? ` · ${whom}` : ""}</span>
    <span class="length">${c.talk ? duration(c.talk * 1000) : ""}</span>
    ${showsMissed(state) ? laterLine(state, c) : nothing}
    ${codes.length ? html`<span class="codes">${codes.map((code) => html`<span class="code">${code}</span>`)}</span>` : nothing}
  </button>`;
}

const failed = (c: CallRecord): boolean =>
  c.missed === true || ["abandoned", "expired", "closed", "unreached"].includes(c.outcome) && c.message !== "left";

function laterLine(state: State, c: CallRecord): TemplateResult {
  const { words, open } = laterWords(c, self(state), state.history.zone, serverNow(state));
  return html`<span class="later ${open ? "open" : ""}" data-test="later">${words}</span>`;
}

function record(state: State, desk: Desk, c: CallRecord): TemplateResult {
  const { zone } = state.history;
  const now = serverNow(state);
  const figures: readonly Option[] = [["Waited", duration(c.wait * 1000)], ["Talked", duration(c.talk * 1000)],
    ["On hold", duration(c.hold * 1000)]];
  return html`<section class="card panel records" aria-labelledby="records-title" data-test="record-open">
    <div class="verbs back">${button({ name: "record-back", label: "Back to the list", tone: "quiet",
      click: () => desk.archive.open("") })}</div>
    <div class="record-head"><h2 id="records-title" tabindex="-1">${c.name ?? phoneNumber(c.caller)}</h2>
      ${c.caller ? button({ name: "copy-number", label: "Copy number", icon: "copy", tone: "quiet", shape: "iconic",
        click: () => void desk.copyNumber(c.caller) }) : nothing}</div>
    <p class="record-when">${c.name && c.caller ? html`${phoneNumber(c.caller)}<br />` : nothing}<span
      class="chip">${recordOutcome(c)}</span> ${whenWords(c, now, zone)}</p>
    ${showsMissed(state) ? html`<p>${laterLine(state, c)}</p>` : nothing}
    <dl class="figures">${figures.map(([what, words]) => html`<div><dt>${what}</dt><dd>${words}</dd></div>`)}</dl>
    <h3>What happened</h3>
    <ol class="history line">${timeline(c, self(state)).map((s) => html`<li class=${s.failed ? "failed" : ""}><time
      datetime=${s.at}>${wallClock(Date.parse(s.at), zone).time}</time><span>${s.words}${s.more.map((m) => html`<span
      class="more">${m}</span>`)}</span></li>`)}</ol>
    ${c.legs.length ? html`<h3>Who was rung</h3>
      <ul class="legs">${c.legs.map((l) => html`<li><strong>${l.party.id === self(state) ? "You"
        : partyName(l.party)}</strong> <span>${legWords(l)}</span></li>`)}</ul>` : nothing}
    ${noteList(state, desk, c)}
    ${c.caller ? html`<div class="verbs">${callsBack(state) ? callBackButton(state, desk, "back-record",
      { call: c.id, ...(state.rules?.missed ? { number: c.caller } : {}) })
      : nothing}${button({ name: "calls-of-number", label: "Calls of this number",
      icon: "phone", click: () => desk.archive.findOf(c.caller) })}</div>` : nothing}
  </section>`;
}

/** The colleagues' notes, and the agent's own, which can be changed here unless the card of the call is beside it. */
function noteList(state: State, desk: Desk, c: CallRecord): TemplateResult {
  const me = self(state);
  const own = ownNote(state, c);
  const beside = noted(state)?.call === c.id;
  return html`<h3>Notes</h3>
    ${c.notes.filter((n) => n.by.id !== me).map((n) => noteQuote(state, n))}
    ${state.notes[c.id]?.open && !beside ? noteForm(state, desk, c.id, { place: "record", title: "Your note" })
      : html`${own ? noteQuote(state, own) : nothing}
        ${beside ? nothing : html`<div class="verbs">${button({ name: "write-note",
          label: own ? "Change your note" : "Write a note", click: () => desk.openNote(c.id) })}</div>`}`}`;
}

/** What was typed here since the list was read is newer. */
function ownNote(state: State, c: CallRecord): CallNote | undefined {
  const listed = c.notes.find((n) => n.by.id === self(state));
  const draft = state.notes[c.id];
  if (!draft?.kept && !draft?.typed.note) return listed;
  const { note, code } = fieldsOf(draft);
  return note || code
    ? { by: { id: self(state), name: "" }, at: listed?.at ?? state.snapshot!.at, note, ...(code ? { code } : {}) } : undefined;
}
