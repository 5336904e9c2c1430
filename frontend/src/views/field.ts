/** Where a refusal of the settings is shown: at its field, or above the buttons if the form has no such field. */
import { nothing, type TemplateResult } from "lit";
import { html } from "../html.js";
import { controlOf } from "../state/settings.js";
import type { State } from "../state/state.js";
import { refusalWords } from "../words/settings.js";
import { icon } from "./icons.js";

/** Whether the server has refused what that control holds. */
export const problemAt = ({ settings }: State, control: string): boolean =>
  settings.refused !== null && controlOf(settings.refused.field) === control;

export function refusal(state: State, control: string): TemplateResult | typeof nothing {
  return problemAt(state, control) ? said(refusalWords(state.settings.refused!.why)) : nothing;
}

/** What belongs to no control; "" is nothing. */
export function topProblem(state: State, words: string): TemplateResult | typeof nothing {
  const { refused } = state.settings;
  if (refused && controlOf(refused.field) === "") return said(`${refused.field}: ${refusalWords(refused.why)}`);
  return words ? said(words) : nothing;
}

const said = (words: string): TemplateResult =>
  html`<p class="problem" id="settings-problem" tabindex="-1" data-test="settings-problem">${icon("warning")}<span>${words}</span></p>`;
