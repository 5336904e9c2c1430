/** The small pieces that all views share: buttons that say why they do not work, times, refusals. */
import { nothing, type TemplateResult } from "lit";
import { html } from "../html.js";
import type { Button } from "../state/allow.js";
import type { State } from "../state/state.js";
import { chordLabel } from "../shortcuts.js";
import { icon, type Icon } from "./icons.js";

export interface ButtonLook {
  /** Also the stable selector for tests: data-test. */
  readonly name: string;
  readonly label: string | TemplateResult;
  readonly icon?: Icon;
  readonly tone?: "primary" | "danger" | "answer" | "quiet";
  /** `iconic` shows its label as a tip only. */
  readonly shape?: "wide" | "tile" | "iconic";
  /** A class of its place, if it has a place of its own. */
  readonly place?: string;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  /** Ctrl+Shift shortcut, shown to all and announced by screen readers. */
  readonly chord?: string;
  readonly hint?: string;
  readonly button?: Button;
  /** Has the focus when its dialog opens. */
  readonly first?: boolean;
  readonly click: () => void;
}

/**
 * A button never disappears and is never `disabled`, which would remove it from the keyboard order: it has
 * aria-disabled and says why in a tip on hover and focus. The second click of a double click is ignored: if the server
 * answered the first within it, the second would, for example, swap back.
 */
export function button(look: ButtonLook): TemplateResult {
  const { on, why, busy } = look.button ?? { on: true, why: "", busy: false };
  const tip = why || look.hint || "";
  const tipId = tip ? `tip-${look.name}` : nothing;
  const chord = look.chord ? html` <kbd>Ctrl Shift ${chordLabel(look.chord)}</kbd>` : nothing;
  const classes = ["button", look.tone ?? "", look.shape ?? "", busy ? "busy" : ""].filter(Boolean).join(" ");
  return html`<span class="button-with-tip ${look.shape ?? ""} ${look.place ?? ""}">
    <button
      type="button"
      class=${classes}
      data-test=${look.name}
      aria-disabled=${on ? nothing : "true"}
      aria-busy=${busy ? "true" : nothing}
      aria-pressed=${look.pressed === undefined ? nothing : String(look.pressed)}
      aria-expanded=${look.expanded === undefined ? nothing : String(look.expanded)}
      aria-keyshortcuts=${look.chord ? `Control+Shift+${chordLabel(look.chord)}` : nothing}
      aria-describedby=${tipId}
      ?autofocus=${look.first ?? false}
      @click=${(e: MouseEvent) => on && e.detail < 2 && look.click()}
    >
      ${busy ? html`<span class="spinner" aria-hidden="true"></span>` : look.icon ? icon(look.icon) : nothing}
      <span class="label">${look.label}</span>
    </button>
    ${tip ? html`<span class="tip" id=${tipId} role="tooltip">${tip}${chord}</span>` : nothing}
    ${look.shape === "iconic" && !tip ? html`<span class="tip" aria-hidden="true">${look.label}</span>` : nothing}
  </span>`;
}

export function since(state: State, at: string | number, mode: "up" | "down" | "ago" = "up"): TemplateResult {
  const ms = typeof at === "number" ? at : Date.parse(at);
  return html`<desk-time .at=${ms} .skew=${state.skew} .mode=${mode}></desk-time>`;
}

/** A text that may be longer than its box can be scrolled with the keyboard. */
export const scrolls = (text: string): boolean => text.length > 300 || text.split("\n").length > 8;
