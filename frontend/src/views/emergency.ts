/** The emergency switch of the line, its second step, and what is asked before either. */
import { nothing, type TemplateResult } from "lit";
import { html } from "../html.js";
import type { Line, LineSettings } from "../contract/types.js";
import type { Desk } from "../desk/desk.js";
import type { Button } from "../state/allow.js";
import { differing, isDirty, type Asked } from "../state/settings.js";
import type { State } from "../state/state.js";
import { ASKED_WORDS, closedWords, fieldList, savedBy } from "../words/settings.js";
import { icon } from "./icons.js";
import { button } from "./parts.js";

/** One act at a time; a button says why it cannot be pressed. */
export function mayDo(state: State, is: Asked["is"], why = ""): Button {
  const { doing, saved } = state.settings;
  if (doing) return { on: false, why: doing === is ? "This is being done" : "Something else is being saved", busy: doing === is };
  if (!saved) return { on: false, why: "The settings are not known yet", busy: false };
  return { on: why === "", why, busy: false };
}

export function emergency(state: State, desk: Desk, view: LineSettings): TemplateResult {
  const { closed = false, endWaits = false } = view.settings.emergency ?? {};
  const ask = (is: "close" | "open" | "end-waits", label: string, tone: "danger" | "primary" | "", why = ""): TemplateResult =>
    button({ name: `line-${is}`, label, ...(tone ? { tone } : {}), button: mayDo(state, is, why),
      click: () => desk.settings.ask({ is }) });
  return html`<div class="emergency ${closed ? "closed" : ""}" role="group" tabindex="-1" aria-labelledby="emergency-title" data-test="emergency">
    <h3 id="emergency-title">${closed ? icon("warning") : nothing}<span>Emergency: ${closed ? "the line is closed" : "not closed"}</span></h3>
    ${closed
      ? html`<p class="words">New callers hear ${closedWords(view.settings, true)}. ${endWaits
          ? "Who was in the line has heard it, too, and their calls have ended, but for callers whom we had called."
          : "Who is in the line waits on, and is answered as ever."} Who is with an agent, or on hold, goes on.</p>
        <div class="verbs">${ask("open", "Open the line again…", "primary")}
          ${ask("end-waits", "End the waits, too…", "danger", endWaits ? "The waits are ended already" : "")}</div>`
      : html`<p class="words">Closes the line at once, whatever the hours. Nobody is cut off by it.</p>
        <div class="verbs">${ask("close", "Close the line now…", "")}</div>`}
  </div>`;
}

interface Dialog {
  readonly title: string;
  readonly body: TemplateResult;
  readonly actions: TemplateResult;
}

/** The question before an act on the settings; they may have changed since. */
export function confirmSettings(state: State, desk: Desk): Dialog {
  const { asked, saved } = state.settings;
  if (!asked || !saved) return { title: "Nothing to confirm", body: html``, actions: leave(desk, "Close") };
  const { title, body } = asked.is === "back" ? bringBack(state, asked, saved) : SWITCH[asked.is](saved, state);
  const danger = asked.is === "close" || asked.is === "end-waits";
  return { title, body, actions: html`${leave(desk, "Leave it")}
    ${button({ name: "confirm-settings", label: ASKED_WORDS[asked.is], tone: danger ? "danger" : "primary",
      button: mayDo(state, asked.is), click: () => void desk.settings.confirm() })}` };
}

const leave = (desk: Desk, label: string): TemplateResult =>
  button({ name: "leave-settings", label, first: true, click: () => desk.panel("") });

type Question = (view: LineSettings, state: State) => { readonly title: string; readonly body: TemplateResult };

const SWITCH: Record<"close" | "open" | "end-waits", Question> = {
  close: ({ settings }) => ({ title: "Close the line now?", body: html`<ul class="consequences">
    <li><strong>New callers</strong> hear ${closedWords(settings, true)}.</li>
    <li><strong>In the line:</strong> they wait on, and are answered as ever. You can end their waits after this.</li>
    <li><strong>In a call:</strong> nothing changes.</li>
    <li>It counts within half a minute, until a supervisor opens the line again.</li></ul>` }),
  open: (_view, state) => ({ title: "Open the line again?", body: html`<p>New callers are taken again, by the opening hours${state.settings.saved?.settings.hours
    ? "" : ", which are always"}.</p>` }),
  "end-waits": ({ settings }, state) => ({ title: "End the waits, too?", body: html`<ul class="consequences">
    <li><strong>In the line${inLine(state)}:</strong> they hear ${closedWords(settings, true)}, and their calls end. This cannot be taken back
      for who has gone.</li>
    <li><strong>Callers whom we have called</strong>, and who wait for another agent: they wait on, and are answered as ever.</li>
    <li><strong>Kept places${kept(state)}:</strong> they stay. Nobody is called before the line is open again.</li>
    <li><strong>In a call, or on hold:</strong> nothing changes.</li></ul>` }),
};

function inLine(state: State): string {
  const line = lineOf(state);
  if (!line) return "";
  const count = line.count - (line.kept ?? 0); // who keeps a place is not on the line
  return line.more ? ` (more than ${count})` : ` (${count} now)`;
}

function lineOf({ snapshot, apiDownAt }: State): Line | null {
  const { line } = snapshot ?? {};
  return line && !line.unknown && !apiDownAt ? line : null;
}

function kept(state: State): string {
  const line = lineOf(state);
  return line && !line.more ? ` (${line.kept ?? 0} now)` : "";
}

function bringBack(state: State, asked: Extract<Asked, { is: "back" }>, saved: LineSettings): { title: string; body: TemplateResult } {
  const fields = differing(saved.settings, asked.version.settings);
  const when = savedBy(asked.version, Date.parse(state.snapshot?.at ?? ""));
  return { title: "Bring these settings back?", body: html`<p>${fieldList(fields)} will be as ${when} left them. The emergency switch stays
    as it is, and what is replaced stays among the earlier versions.</p>` };
}

/** Why an earlier version cannot be brought back now; "" if it can. */
export function whyNotBack(state: State, fields: readonly unknown[]): string {
  if (isDirty(state.settings)) return "Save or discard what you have changed first";
  return fields.length ? "" : "Nothing but the emergency switch is other than now";
}
