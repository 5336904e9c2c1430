/** Dialogs: sound devices, the list of shortcuts, and the confirmation before the caller is cut off. */
import { nothing, type TemplateResult } from "lit";
import { html } from "../html.js";
import type { Desk } from "../desk/desk.js";
import type { Levels } from "../desk/levels.js";
import { keyed } from "lit/directives/keyed.js";
import { chordLabel, chordsOf, GROUPS, type Chord } from "../shortcuts.js";
import * as allow from "../state/allow.js";
import { known, serverThere } from "../state/known.js";
import type { Sound, State } from "../state/state.js";
import { colleague, hangUpWords } from "../words/call.js";
import { phoneNumber } from "../words/number.js";
import { icon } from "./icons.js";
import { button } from "./parts.js";
import { confirmSettings } from "./emergency.js";
import { confirmTeamEnd } from "./team.js";

/** The content of the page's one <dialog>; the page opens and closes it. */
export function dialogContent(state: State, desk: Desk): TemplateResult | typeof nothing {
  switch (state.panel) {
    case "sound":
      return sound(state, desk);
    case "shortcuts":
      return shortcuts(state, desk);
    case "confirm-end":
    case "confirm-hang-up":
      return html`${keyed(leads(state),
        leads(state) === "end" ? confirmEnd(state, desk) : confirmHangUp(state, desk))}`;
    case "confirm-team-end": {
      const { title, body, actions } = confirmTeamEnd(state, desk);
      return frame(title, desk, body, actions);
    }
    case "settings": {
      const { title, body, actions } = confirmSettings(state, desk);
      return frame(title, desk, body, actions);
    }
    default:
      return nothing;
  }
}

function frame(title: string, desk: Desk, body: TemplateResult, actions: TemplateResult): TemplateResult {
  return html`<div class="dialog-head"><h2 id="dialog-title">${title}</h2>
      <button type="button" class="close" aria-label="Close" @click=${() => desk.panel("")}>${icon("cross")}</button></div>
    ${body}<div class="actions">${actions}</div>`;
}

/**
 * What can be confirmed now; the server may have become unreachable since. It is drawn anew, so that a press meant for
 * one confirmation does not hit the other.
 */
function leads(state: State): "end" | "hang-up" {
  const { screen, panel } = state;
  if (screen.is !== "in-call" || panel === "confirm-hang-up") return "hang-up";
  return allow.verb(state, screen.call, "end").on ? "end" : "hang-up";
}

function confirmHangUp(state: State, desk: Desk): TemplateResult {
  const call = state.screen.is === "in-call" ? state.screen.call : null;
  const still = serverThere(state)
    ? "The server has not let you out of the call yet. "
    : "The server cannot be asked to end the call for the caller. ";
  const why = call?.state === "ended" ? "" : still;
  return frame("Hang up?", desk,
    html`<p>${why}Hanging up ends only your own line. ${call ? hangUpWords(call, known(state)) : ""}</p>`,
    html`${button({ name: "keep-talking", label: "Keep talking", first: true, click: () => desk.panel("") })}
      ${button({ name: "confirm-hang-up", label: "Hang up", icon: "hangup", tone: "danger",
        click: () => desk.hangUp() })}`);
}

function confirmEnd(state: State, desk: Desk): TemplateResult {
  const call = state.screen.is === "in-call" ? state.screen.call : null;
  const leaves = call !== null && allow.leave(state, call).on;
  const others = call?.state === "three-way" ? ` and ${colleague(call)}` : "";
  const calls = call?.state === "calling" || call?.state === "agent-first";
  const buttons = html`${button({ name: "keep-talking", label: calls ? "Keep calling" : "Keep talking", first: true,
    click: () => desk.panel("") })} ${button({ name: "confirm-end", label: "End call", icon: "hangup", tone: "danger",
    click: () => desk.press("end") })}`;
  if (calls) return frame("End the call?", desk,
    html`<p>${phoneNumber(call.caller.number ?? "")} will not be called now.</p>`, buttons);
  return frame("End the call?", desk,
    html`<p>${phoneNumber(call?.caller.number ?? "")}${others} will be cut off. ${leaves
      ? "To let the caller go on with a colleague, use Leave instead."
      : "To let the caller go on with a colleague, bring one in first."}</p>`, buttons);
}

function select(label: string, name: "input" | "speaker" | "ringer", list: readonly Sound[], chosen: string,
  desk: Desk): TemplateResult {
  const named = list.filter((s) => s.id !== "default");
  return html`<label class="field"><span>${label}</span>
    <select data-test="choose-${name}" @change=${(e: Event) => void desk.chooseSound(name,
      (e.target as HTMLSelectElement).value)}>
      <option value="" ?selected=${chosen === "" || chosen === "default"}>The system’s own</option>
      ${named.map((s) => html`<option value=${s.id} ?selected=${s.id === chosen}>${s.label}</option>`)}
    </select></label>`;
}

function sound(state: State, desk: Desk): TemplateResult {
  const { sounds } = state;
  const live = state.device.is === "registered";
  const test = { on: live, why: live ? "" : "Go online first", busy: false };
  return frame("Sound", desk,
    html`<div class="sound">
      ${select("Microphone", "input", sounds.inputs, sounds.input, desk)}
      <div class="mic-level">${icon("mic")}<desk-meter .source=${(l: Levels) => desk.onLevels(l)}></desk-meter><span class="hint">Speak: the bars should move.</span></div>
      ${sounds.canChooseOutput
        ? html`<div class="with-test">${select("Speaker", "speaker", sounds.outputs, sounds.speaker, desk)}
            ${button({ name: "test-speaker", label: "Test speaker", icon: "sound", button: test,
              click: () => desk.testSound("speaker") })}</div>
          <div class="with-test">${select("Ringer", "ringer", sounds.outputs, sounds.ringer, desk)}
            ${button({ name: "test-ringer", label: "Test ringer", icon: "bell", button: test,
              click: () => desk.testSound("ringer") })}</div>`
        : html`<p class="hint">${live ? "This browser plays everything through the system’s own speaker."
          : "Go online to choose speaker and ringer."}</p>`}
    </div>`,
    button({ name: "close-dialog", label: "Done", tone: "primary", first: true, click: () => desk.panel("") }));
}

function shortcuts(state: State, desk: Desk): TemplateResult {
  return frame("Keyboard shortcuts", desk,
    html`<div class="chord-groups">${GROUPS.map((group) => chordGroup(group, chordsOf(state, group)))}</div>
      <p class="hint"><kbd>?</kbd> opens and closes this list.</p>
      <label class="switch"><input type="checkbox" role="switch" data-test="shortcuts-on" .checked=${state.shortcuts}
        @change=${(e: Event) => desk.setShortcuts((e.target as HTMLInputElement).checked)} /><span>Shortcuts are on</span></label>`,
    button({ name: "close-dialog", label: "Done", tone: "primary", first: true, click: () => desk.panel("") }));
}

function chordGroup(name: string, chords: readonly Chord[]): TemplateResult | typeof nothing {
  return chords.length === 0 ? nothing : html`<table class="chords"><caption>${name}</caption>
    <thead class="visually-hidden"><tr><th scope="col">Keys</th><th scope="col">What</th></tr></thead>
    <tbody>${chords.map((c) => html`<tr><td><kbd>Ctrl</kbd> <kbd>Shift</kbd> <kbd>${chordLabel(c.key)}</kbd></td><td>${c.what}</td></tr>`)}</tbody></table>`;
}
