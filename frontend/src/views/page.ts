/** The whole page: draws the desk's state and keeps the focus where a person expects it. */
import { LitElement, nothing, type TemplateResult } from "lit";
import { html } from "../html.js";
import { keyed } from "lit/directives/keyed.js";
import "../elements/meter.js";
import "../elements/time.js";
import type { Desk } from "../desk/desk.js";
import { handleKey, pressesAgain } from "../shortcuts.js";
import { showsColleagues } from "../state/screen.js";
import { controlOf } from "../state/settings.js";
import type { State } from "../state/state.js";
import { bannerList, toasts } from "./banners.js";
import { connecting, inCall } from "./call.js";
import * as cards from "./cards.js";
import { dialogContent } from "./dialogs.js";
import { header } from "./header.js";
import { ringing } from "./ringing.js";
import { side } from "./side.js";
import { watchingCard } from "./watch.js";

const DIALOGS = new Set(["sound", "shortcuts", "confirm-end", "confirm-hang-up", "confirm-team-end", "settings"]);

export class AgentPage extends LitElement {
  private current: Desk | null = null;
  private shownScreen = "";
  private focused = false;
  /** Where the focus goes if its control disappears and the screen stays; nearest first. */
  private around: readonly HTMLElement[] = [];
  private failure = "";

  /** The desk could not be created: there is no state to draw. */
  fail(why: string): void {
    this.failure = why;
    this.requestUpdate();
  }

  set desk(desk: Desk) {
    this.current = desk;
    desk.subscribe((after, before) => {
      if (after.panel !== before.panel) this.panelChanged(desk, after, before);
      this.requestUpdate();
      this.followFocus(after, before);
    });
    this.requestUpdate();
  }

  /** Uses the page's own style sheet: one document, so that labels and descriptions can refer across it. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.onKey);
    this.addEventListener("focusin", wholeField);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.onKey);
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key === "Escape") this.hideTips();
    const target = event.target as HTMLElement | null;
    if (pressesAgain(event, target)) event.preventDefault();
    if (!this.current) return;
    const typing = target !== null && (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable);
    if (handleKey(this.current, event, typing, (id) => this.focusOn(`#${id}`))) event.preventDefault();
  };

  /** Escape hides the tips until the pointer or the focus moves (WCAG 1.4.13). */
  private hideTips(): void {
    this.classList.add("no-tips");
    const show = (): void => this.classList.remove("no-tips");
    this.addEventListener("focusin", show, { once: true });
    this.addEventListener("pointerover", show, { once: true });
  }

  /** The focus goes with what the agent has opened, closed or left out. */
  private followFocus(after: State, before: State): void {
    if ((after.wrapUp?.codeMissed ?? 0) > (before.wrapUp?.codeMissed ?? 0)) this.focusOn("#wrap-up-code-field");
    // A button that leads to the history goes with what it stood in.
    if (after.side !== before.side && this.querySelector(".side-panel")?.contains(document.activeElement)) {
      this.focusOn("#records-title", "#team-title", "#messages-title", "#settings-title", `#side-${after.side}`);
    }
    const { refused } = after.settings;
    if (refused && refused !== before.settings.refused) {
      this.focusOn(`[data-field="${controlOf(refused.field)}"]`, "#settings-problem");
    }
    const { open } = after.history;
    if (open === before.history.open || !this.querySelector(".records")?.contains(document.activeElement)) return;
    this.focusOn(open ? "#records-title" : `[data-call="${before.history.open}"]`, "#records-title");
  }

  private focusOn(...places: readonly string[]): void {
    void this.updateComplete.then(() =>
      places.map((place) => this.querySelector<HTMLElement>(place)).find((e) => e !== null)?.focus());
  }

  private panelChanged(desk: Desk, after: State, before: State): void {
    if (after.panel === "sound") void desk.startMeter();
    else if (before.panel === "sound") desk.endMeter();
  }

  protected override willUpdate(): void {
    const at = document.activeElement;
    this.focused = at !== null && this.contains(at);
    this.around = this.focused ? placesAround(at!) : [];
  }

  protected override updated(): void {
    const state = this.current?.state;
    const dialog = this.querySelector("dialog");
    if (!state || !dialog) return;
    const wanted = DIALOGS.has(state.panel);
    if (wanted && !dialog.open) dialog.showModal();
    if (!wanted && dialog.open) dialog.close();
    this.keepFocus(state);
    const bar = this.querySelector<HTMLElement>(".save-bar");
    if (bar) document.documentElement.style.setProperty("--save", `${bar.offsetHeight}px`);
  }

  /**
   * When the focused control disappears with its screen, the new screen's title gets the focus; if it disappears alone,
   * what it stood in, or the keyboard would begin at the top of the page. Typing is never interrupted.
   */
  private keepFocus(state: State): void {
    const before = this.shownScreen;
    this.shownScreen = state.screen.is;
    const fell = document.activeElement === document.body || document.activeElement === null;
    if (!this.focused || !fell) return;
    if (before === state.screen.is) this.around.find((place) => place.isConnected)?.focus();
    else if (state.screen.is !== "ringing") this.querySelector<HTMLElement>("#title")?.focus();
  }

  protected override render(): TemplateResult {
    const desk = this.current;
    const state = desk?.state;
    return html`
      <div class="visually-hidden" role="status" data-test="said-polite">${state?.said.polite ?? ""}</div>
      <div class="visually-hidden" role="alert" data-test="said-urgent">${state?.said.urgent ?? ""}</div>
      ${desk && state
        ? this.whole(state, desk)
        : html`<main class="columns alone">${this.failure ? cards.fatal(this.failure) : cards.loading()}</main>`}
      <dialog aria-labelledby="dialog-title" @close=${() => desk && DIALOGS.has(desk.state.panel)
        && desk.panel("")}>${desk && state
        ? dialogContent(state, desk)
        : nothing}</dialog>
    `;
  }

  /** Each screen is drawn anew; otherwise a button of one screen would become another while it is being pressed. */
  private whole(state: State, desk: Desk): TemplateResult {
    const { is } = state.screen;
    return html`${header(state, desk)} ${toasts(state, desk)} ${bannerList(state, desk)}
      <div class="columns ${columns(state)}">
        <main>${keyed(is, main(state, desk))}</main>
        ${showsColleagues(state.screen) ? side(state, desk) : nothing}
      </div>`;
  }
}

/** A browser brings only the caret of a text of several lines into sight, and the rest may be under the bar. */
function wholeField({ target }: Event): void {
  if (target instanceof HTMLTextAreaElement) target.scrollIntoView({ block: "nearest" });
}

/** How the page is laid out: see frame.css. */
function columns({ screen, side: tab, leg }: State): string {
  if (!showsColleagues(screen)) return "alone";
  if (screen.is === "in-call") return "in-call";
  return (tab === "team" || tab === "line") && !leg ? "with-team" : "";
}

/** The groups around a control that a script may give the focus to, then the title of its section. */
function placesAround(control: Element): readonly HTMLElement[] {
  const places: HTMLElement[] = [];
  for (let at = control.parentElement; at; at = at.parentElement) if (at.matches("[tabindex='-1']")) places.push(at);
  const title = control.closest("section")?.querySelector<HTMLElement>("h2[tabindex='-1']");
  return title ? [...places, title] : places;
}

function main(state: State, desk: Desk): TemplateResult {
  const { screen } = state;
  switch (screen.is) {
    case "loading":
      return cards.loading();
    case "fatal":
      return cards.fatal(screen.why);
    case "signed-out":
      return cards.signedOut(screen.why, desk);
    case "other-tab":
      return cards.otherTab(screen.inCall, desk);
    case "microphone-help":
      return cards.microphoneHelp(screen.why, desk);
    case "offline":
      return cards.offline(state, desk);
    case "idle":
      return cards.idle(state, desk, screen.status);
    case "ringing":
      return ringing(state, desk, screen);
    case "connecting":
      return connecting(state, desk, screen);
    case "in-call":
      return inCall(state, desk, screen);
    case "watching":
      return watchingCard(state, desk, screen);
    case "ended":
      return cards.ended(state, desk, screen);
    case "rejoin":
      return cards.rejoin(state, desk, screen);
  }
}

customElements.define("agent-page", AgentPage);
