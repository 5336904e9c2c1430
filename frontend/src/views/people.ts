/** The list of colleagues, which the tab Colleagues shows at rest and the card Transfer in a call. */
import { nothing, type TemplateResult } from "lit";
import { html } from "../html.js";
import type { DirectoryEntry } from "../contract/types.js";
import type { Desk } from "../desk/desk.js";
import type { Choice } from "../state/choice.js";
import type { State } from "../state/state.js";
import { presenceOf } from "../words/agent.js";
import { timeOfDay } from "../words/time.js";
import { icon } from "./icons.js";
import { since } from "./parts.js";

export function finder(state: State, desk: Desk, words: string): TemplateResult {
  return html`<label class="field"><span class="visually-hidden">${words}</span>
    <input type="search" id="colleague-filter" data-test="filter" autocomplete="off" placeholder=${words} .value=${state.compose.filter}
      @input=${(e: InputEvent) => desk.compose({ filter: (e.target as HTMLInputElement).value })} /></label>`;
}

/** While the server cannot be reached, the list says from when it is. */
export function asAt({ apiDownAt, directory, skew }: State): TemplateResult | typeof nothing {
  return apiDownAt && directory
    ? html` <span class="as-at">at ${timeOfDay(Date.parse(directory.at) - skew)}</span>`
    : nothing;
}

export function person(state: State, a: DirectoryEntry): TemplateResult {
  return html`<span class="who"><span class="dot ${a.presence}" aria-hidden="true"></span><span class="name">${a.name}</span></span>
    <span class="what">${presenceOf(a)}<span class="seen">${a.presence === "unknown" ? "not read" : a.presence === "offline"
      ? html`seen ${since(state, a.seen, "ago")}`
      : html`for ${since(state, a.since)}`}</span></span>`;
}

/** In place of an empty list. */
export function nobodyFound({ directory }: State, { anybody, refused }: Choice): TemplateResult {
  const none = directory?.partial ? "It is not known who has signed in." : "No colleague has signed in yet.";
  const unnamed = directory?.partial ? "It is not known whether there is a colleague of that name." : "No colleague of that name.";
  return html`<p class="empty" data-test="nobody-found">${directory === null ? "Loading…" : anybody ? none : refused || unnamed}</p>`;
}

/** That the list is not all: more would not fit, or some could not be read. */
export function moreColleagues({ directory }: State, { anybody }: Choice): TemplateResult {
  return html`${directory?.partial
    ? html`<p class="problem" data-test="colleagues-partial">${icon("unknown")}<span>Some colleagues could not be read, and may be missing here.</span></p>`
    : nothing}${directory?.more ? html`<p class="hint" data-test="more-colleagues">${anybody
    ? "There are more colleagues. Type a part of a name to find one."
    : "There may be more. Type more of the name."}</p>` : nothing}`;
}
