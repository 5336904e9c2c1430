/** The agent's own note on a call: text, code and the caller's name, saved as typed. */
import { nothing, type TemplateResult } from "lit";
import { html } from "../html.js";
import type { CallNote } from "../contract/types.js";
import type { Desk } from "../desk/desk.js";
import { COUNT_FROM, fieldsOf, isElsewhere, lengthOf, NAME_MAX, NOTE_MAX, type NoteFields } from "../state/notes.js";
import { noted } from "../state/wrapup.js";
import type { State } from "../state/state.js";
import { countWords, noteState } from "../words/note.js";
import { phoneNumber } from "../words/number.js";
import { notedBy } from "../words/record.js";
import { icon } from "./icons.js";
import { scrolls } from "./parts.js";

/** The note of the call that has ended, on the cards after it. */
export function wrapUpNote(state: State, desk: Desk): TemplateResult | typeof nothing {
  const wrapUp = noted(state);
  if (!wrapUp) return nothing;
  const whose = state.screen.is === "ended" || !wrapUp.number ? "" : ` on the call with ${phoneNumber(wrapUp.number)}`;
  return noteForm(state, desk, wrapUp.call, { place: "wrap-up", title: `Your note${whose}`,
    missed: wrapUp.codeMissed > 0 });
}

interface NoteLook {
  /** Names the fields: the same note may be on the page twice. */
  readonly place: "wrap-up" | "record";
  readonly title: string;
  /** *Done* was pressed without a code. */
  readonly missed?: boolean;
}

export function noteForm(state: State, desk: Desk, call: string, { place, title, missed = false }: NoteLook): TemplateResult {
  const draft = state.notes[call];
  const fields = fieldsOf(draft);
  const said = noteState(draft);
  const rules = state.rules!;
  const length = lengthOf(fields.note);
  const value = (e: Event): string => (e.target as HTMLInputElement).value;
  return html`<div class="note-form" role="group" aria-labelledby="${place}-title">
    <h3 id="${place}-title">${title}</h3>
    <label class="field"><span class="visually-hidden">Note</span>
      <textarea rows="4" data-test="${place}-note" placeholder="What the next colleague should know" .value=${fields.note}
        aria-invalid=${length > NOTE_MAX ? "true" : nothing}
        @input=${(e: Event) => desk.writeNote(call, { note: value(e) })}></textarea></label>
    <div class="note-foot">
      <p class="note-state ${said.tone}" data-test="${place}-state">${said.words
        ? html`${icon(said.tone === "good" ? "check" : said.tone === "bad" ? "warning" : "clock")}<span>${said.words}</span>`
        : nothing}</p>
      <p class="hint ${length > NOTE_MAX ? "over" : ""}" data-test="${place}-count">${length > NOTE_MAX - COUNT_FROM
        ? countWords(length) : ""}</p>
    </div>
    ${isElsewhere(draft) ? elsewhere(draft!.kept!, place) : nothing}
    <div class="note-row">
      ${rules.codes.length || fields.code ? codeField(state, desk, call, place, missed) : nothing}
      <label class="field"><span>Caller’s name</span>
        <input type="text" autocomplete="off" maxlength=${NAME_MAX} data-test="${place}-name" .value=${fields.name}
          @input=${(e: Event) => desk.writeNote(call, { name: value(e) })} /></label>
    </div>
  </div>`;
}

/** What was saved in another tab, beside what was typed here: nothing of either is lost unseen. */
function elsewhere({ note, code, name }: NoteFields, place: string): TemplateResult {
  return html`<blockquote class="note kept" data-test="${place}-elsewhere" tabindex=${scrolls(note) ? "0" : nothing}>${
    code ? html`<span class="by"><span class="code">${code}</span></span>` : nothing}${
    note || (code || name ? "" : "It is empty.")}${name ? html`<span class="by">Caller’s name: ${name}</span>` : nothing}</blockquote>`;
}

/** A note that is kept, with who wrote it and when. */
export function noteQuote(state: State, { by, at, note, code }: CallNote): TemplateResult {
  const self = state.snapshot?.agent.id ?? "";
  const now = Date.parse(state.snapshot?.at ?? "") || 0;
  return html`<blockquote class="note kept" tabindex=${scrolls(note) ? "0" : nothing}><span class="by">${notedBy({ by, at },
    self, now, state.history.zone)}${code ? html` <span class="code">${code}</span>` : nothing}</span>${note}</blockquote>`;
}

function codeField(state: State, desk: Desk, call: string, place: string, missed: boolean): TemplateResult {
  const { codes, codeRequired } = state.rules!;
  const { code } = fieldsOf(state.notes[call]);
  // A code of old stays shown until another is chosen.
  const all = code && !codes.includes(code) ? [code, ...codes] : codes;
  return html`<div class="field"><label for="${place}-code-field">Code${codeRequired ? " (required)" : ""}</label>
    <select id="${place}-code-field" data-test="${place}-code" aria-invalid=${missed ? "true" : nothing}
      aria-describedby="${place}-code-missed" aria-required=${codeRequired ? "true" : nothing}
      @change=${(e: Event) => desk.writeNote(call, { code: (e.target as HTMLSelectElement).value })}>
      <option value="" .selected=${code === ""}>${codeRequired ? "Choose a code" : "No code"}</option>
      ${all.map((c) => html`<option value=${c} .selected=${c === code}>${c}</option>`)}
    </select>
    <span class="hint missed" id="${place}-code-missed" data-test="${place}-code-missed">${missed
      ? "Choose a code first." : ""}</span></div>`;
}
