/** What is known of the caller: two lines in the call's card, in a place that is kept for them, and a card beside it. */
import { nothing, type TemplateResult } from "lit";
import { html } from "../html.js";
import type { Desk } from "../desk/desk.js";
import type { State } from "../state/state.js";
import { knownHere, knownHereWords } from "../words/known.js";
import { icon } from "./icons.js";
import { noteQuote } from "./note.js";
import { button } from "./parts.js";

/** Empty until the server has answered, and if it does not: nothing moves when it does. */
export function knownCaller(state: State, number: string): TemplateResult | typeof nothing {
  if (state.rules?.records === false) return nothing;
  return html`<div class="known" data-test="known">${number === ""
    ? html`<p class="known-calls">Earlier calls of a withheld number are not known.</p>` : lines(state)}</div>`;
}

function lines(state: State): TemplateResult | typeof nothing {
  const words = knownHereWords(state);
  if (!words) return nothing;
  const { name, calls, note } = words;
  return html`<p class="known-calls">${icon("clock")}<span>${name ? html`<strong>${name}</strong> ` : nothing}${calls}</span></p>
    ${note ? html`<p class="known-note">${icon("note")}<span>${note}</span></p>` : nothing}`;
}

/** The same in full, in the second column. */
export function knownCard(state: State, desk: Desk, number: string): TemplateResult | typeof nothing {
  const known = knownHere(state);
  const words = knownHereWords(state);
  if (!known || !words || known.count === 0 || number === "") return nothing;
  return html`<section class="card panel" aria-labelledby="known-title" data-test="known-card">
    <h2 id="known-title">${words.name || "This caller"}</h2>
    <p>${words.calls}.</p>
    ${known.note ? noteQuote(state, known.note) : nothing}
    <div class="verbs known-verbs">${button({ name: "earlier-calls", label: "Earlier calls", icon: "clock",
      hint: state.rules?.supervisor ? "All calls of this number" : "Those that you were in",
      click: () => desk.archive.findOf(number) })}</div>
  </section>`;
}
