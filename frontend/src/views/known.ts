/** What is known of the caller: two lines in the call's card, in a place that is kept for them, and a card beside it. */
import { nothing, type TemplateResult } from "lit";
import { html } from "../html.js";
import type { Desk } from "../desk/desk.js";
import { currentCall } from "../state/screen.js";
import type { State } from "../state/state.js";
import { knownWords, notedBy } from "../words/record.js";
import { icon } from "./icons.js";
import { button, scrolls } from "./parts.js";

/** Empty until the server has answered, and if it does not: nothing moves when it does. */
export function knownCaller(state: State, number: string): TemplateResult | typeof nothing {
  if (state.rules?.records === false) return nothing;
  return html`<div class="known" data-test="known">${number === ""
    ? html`<p class="known-calls">Earlier calls of a withheld number are not known.</p>` : lines(state)}</div>`;
}

function lines(state: State): TemplateResult | typeof nothing {
  const known = knownHere(state);
  if (!known) return nothing;
  const { name, calls, note } = words(state, known);
  return html`<p class="known-calls">${icon("clock")}<span>${name ? html`<strong>${name}</strong> ` : nothing}${calls}</span></p>
    ${note ? html`<p class="known-note">${icon("note")}<span>${note}</span></p>` : nothing}`;
}

const knownHere = ({ caller, ...state }: State) =>
  caller && caller.call === currentCall({ ...state, caller }) ? caller.known : null;

const words = (state: State, known: NonNullable<ReturnType<typeof knownHere>>) =>
  knownWords(known, state.snapshot?.agent.id ?? "", Date.parse(state.snapshot?.at ?? "") || 0, state.history.zone);

/** The same in full, in the second column. */
export function knownCard(state: State, desk: Desk, number: string): TemplateResult | typeof nothing {
  const known = knownHere(state);
  if (!known || known.count === 0 || number === "") return nothing;
  const { name, calls } = words(state, known);
  const { note } = known;
  const self = state.snapshot?.agent.id ?? "";
  const now = Date.parse(state.snapshot!.at);
  return html`<section class="card panel" aria-labelledby="known-title" data-test="known-card">
    <h2 id="known-title">${name || "This caller"}</h2>
    <p>${calls}.</p>
    ${note ? html`<blockquote class="note kept" tabindex=${scrolls(note.note) ? "0" : nothing}><span class="by">${notedBy(note, self, now, state.history.zone)}${note.code
      ? html` <span class="code">${note.code}</span>` : nothing}</span>${note.note}</blockquote>` : nothing}
    <div class="verbs known-verbs">${button({ name: "earlier-calls", label: "Earlier calls", icon: "clock",
      hint: state.rules?.supervisor ? "All calls of this number" : "Those that you were in",
      click: () => desk.archive.findOf(number) })}</div>
  </section>`;
}
