/**
 * The one place for transfers: how far the one under way has come and its verbs; below, whom to bring in, the note, and
 * what begins one. All of it stays where it is: a list of any length has the same room, and a button that does not work
 * now is grey and says why. A target transfers nobody, so their card has no buttons.
 */
import { nothing, type TemplateResult } from "lit";
import { html } from "../html.js";
import type { Call } from "../contract/types.js";
import type { Desk } from "../desk/desk.js";
import * as allow from "../state/allow.js";
import { choiceOf, targetName, type Choice } from "../state/choice.js";
import type { Known } from "../state/known.js";
import type { State } from "../state/state.js";
import { anybody, colleague as agent, outside, sameTarget, targetText, type Target } from "../state/target.js";
import { colleague, targetNow } from "../words/call.js";
import { phoneNumber } from "../words/number.js";
import { icon, type Icon } from "./icons.js";
import { button } from "./parts.js";
import { asAt, finder, moreColleagues, nobodyFound, person } from "./people.js";

const NOTE_MAX = 200;

export function transferCard(state: State, desk: Desk, call: Call, now: Known): TemplateResult {
  return call.role === "target" ? guest(call, now) : html`<section class="card panel transfer" data-test="transfer"
      aria-labelledby="transfer-title">
    ${progress(call, now)}
    ${verbs(state, desk, call)}
    ${whom(state, desk)}
    ${begin(state, desk, call)}
  </section>`;
}

/** What concerns a target: whom they are with, and the note. */
function guest(call: Call, now: Known): TemplateResult {
  const t = call.transfer;
  return html`<section class="card panel transfer" data-test="transfer" aria-labelledby="transfer-title">
    <h2 id="transfer-title" tabindex="-1">${colleague(call)} called you in</h2>
    <p class="target" data-test="target">${icon("people")}<span>${targetNow(call, now)}</span></p>
    ${t?.note ? html`<blockquote class="note"><span class="by">Note from ${colleague(call)}</span>${t.note}</blockquote>` : nothing}
  </section>`;
}

function progress(call: Call, now: Known): TemplateResult {
  const t = call.transfer;
  const failed = t?.outcome !== undefined && !["answered", "cancelled", "queued"].includes(t.outcome);
  return html`<div class="transfer-head"><h2 id="transfer-title" tabindex="-1">Transfer</h2>
      ${t?.note && (!t.outcome || t.kind === "queue")
        ? html`<p class="note-sent" title=${t.note}>Note: ${t.note}</p>`
        : nothing}</div>
    ${t
      ? html`<p class="target ${failed ? "failed" : ""}"
        data-test="target">${icon(failed ? "warning" : "people")}<span>${targetNow(call, now)}</span></p>`
      : html`<p class="target none"><span>Nobody else is in the call.</span></p>`}`;
}

function verbs(state: State, desk: Desk, call: Call): TemplateResult {
  const verb = (action: "swap" | "join" | "complete" | "cancel", label: string, symbol: Icon, chord: string, hint: string,
    tone?: "primary"): TemplateResult =>
    button({ name: action, label, icon: symbol, shape: "tile", chord, hint, ...(tone ? { tone } : {}),
      button: allow.verb(state, call, action), click: () => desk.press(action) });
  return html`<div class="verbs during" role="group" aria-label="The transfer under way">
    ${verb("swap", "Swap", "swap", "2", "Change whom you talk to; the other hears music")}
    ${verb("join", "Join", "join", "3", "All three hear each other")}
    ${verb("complete", "Complete", "check", "4", "The caller goes on with your colleague, and you are out",
      call.actions.includes("complete") ? "primary" : undefined)}
    ${verb("cancel", "Cancel", "cross", "5", "Your colleague is let go, and the caller is back with you")}
  </div>`;
}

function whom(state: State, desk: Desk): TemplateResult {
  const choice = choiceOf(state);
  const rows = choice.colleagues.length > 0 || choice.number !== "" || choice.anybody && state.directory?.partial === true;
  return html`<div class="bring-in">
    <h3>Bring in a colleague${asAt(state)}</h3>
    ${finder(state, desk, state.snapshot?.numbers ? "Find a colleague, or type a number" : "Find a colleague")}
    <div class="whom">${rows ? choose(state, desk, choice) : nobodyFound(state, choice)}${moreColleagues(state, choice)}</div>
  </div>`;
}

function choose(state: State, desk: Desk, { colleagues, number, anybody: all }: Choice): TemplateResult {
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
    ${all ? row(anybody, "anybody", free === false, plain("Next free colleague", free ? "" : free === null ? "Not known" : "Nobody is free")) : nothing}
    ${colleagues.map((a) => row(agent(a.id), a.id, allow.unselectable(a, self) !== "", person(state, a)))}
  </fieldset>`;
}

function begin(state: State, desk: Desk, call: Call): TemplateResult {
  const to = targetName(state);
  const left = NOTE_MAX - state.compose.note.length;
  return html`<div class="begin">
    <label class="field"><span>Note, shown while it rings</span>
      <textarea rows="2" maxlength=${NOTE_MAX} data-test="note-field" .value=${state.compose.note}
        @input=${(e: InputEvent) => desk.compose({ note: (e.target as HTMLTextAreaElement).value })}></textarea>
      <span class="hint left">${left <= 40 ? `${left} left` : ""}</span></label>
    <div class="verbs" role="group" aria-label="Begin a transfer">
      ${button({ name: "consult", label: "Consult", icon: "people", tone: "primary", chord: "C",
        hint: `The caller hears music while you talk with ${to}`, button: allow.start(state, call,
          "consult"), click: () => desk.press("consult") })}
      ${button({ name: "blind", label: "Transfer now", icon: "leave", chord: "X",
        hint: `The caller hears music until ${to} answers; you are out at once`, button: allow.start(state, call,
          "blind"), click: () => desk.press("blind") })}
      ${button({ name: "add", label: "Add", icon: "addPerson", chord: "7",
        hint: `${sentence(to)} comes straight in: all three talk`, button: allow.start(state, call,
          "add"), click: () => desk.press("add") })}
      ${button({ name: "requeue", label: "To the line", icon: "music", chord: "8",
        hint: "The caller goes to the head of the line, with your note; you are out at once", button: allow.verb(state,
          call, "requeue"), click: () => desk.press("requeue") })}
    </div>
  </div>`;
}

const sentence = (words: string): string => words.slice(0, 1).toUpperCase() + words.slice(1);
