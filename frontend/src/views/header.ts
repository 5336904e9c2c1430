/** The bar above every screen: the agent, their status, who waits, and the rarely needed tools. */
import { nothing, type TemplateResult } from "lit";
import { html } from "../html.js";
import type { Status } from "../contract/types.js";
import type { Desk } from "../desk/desk.js";
import { presenceSince, restUntil } from "../state/rest.js";
import { inCallSince } from "../state/screen.js";
import { chordLabel } from "../shortcuts.js";
import type { State } from "../state/state.js";
import { waitingLine } from "../state/waiting.js";
import { presenceWord } from "../words/agent.js";
import { brand, icon } from "./icons.js";
import { button, since } from "./parts.js";

const STATUSES: readonly Status[] = ["available", "away", "wrap-up"];

export function header(state: State, desk: Desk): TemplateResult {
  // It stays when the sign-in ends in a call, so that nothing below it moves.
  const signedIn = state.session === "signed-in" || (state.session === "expired" && state.leg !== null);
  const inside = signedIn && state.snapshot !== null && state.tab === "here";
  return html`<header class="top">
    <div class="brand">${brand()}<h1>Agent desk</h1></div>
    ${inside ? [status(state, desk), line(state), tools(state, desk)] : nothing}
  </header>`;
}

/** The agent's presence as colleagues see it. A page that cannot ring is offline, whatever the server remembers. */
function presence(state: State): "available" | "away" | "wrap-up" | "busy" | "offline" | "starting" | "unknown" {
  if (state.leg && state.leg.phase !== "ringing") return "busy";
  if (state.device.is === "starting" || state.microphone === "asking") return "starting";
  if (!state.wants || state.device.is !== "registered") return "offline";
  if (state.choosing) return state.choosing;
  // The server stops offering calls to a page whose heartbeats have stopped; when it did so is not known here.
  if (state.apiDownAt) return "unknown";
  const { agent } = state.snapshot!;
  return agent.presence === "wrap-up" ? "wrap-up" : agent.status;
}

/** The same value as the call's own timer. */
function busySince(state: State): number {
  const { screen, leg, skew } = state;
  if (screen.is === "in-call") return inCallSince(state, screen.leg, screen.call);
  return leg ? leg.since + skew : 0;
}

function status(state: State, desk: Desk): TemplateResult {
  const is = presence(state);
  const { agent } = state.snapshot!;
  const chosen = state.wants && state.device.is === "registered" ? state.choosing || agent.status : "";
  const word = is === "starting" ? "Going online" : is === "offline" ? "Offline" : is === "unknown" ? "Not known"
    : presenceWord(is);
  const from = is === "offline" || is === "unknown" ? 0 : is === "busy" ? busySince(state) : presenceSince(state);
  const until = is === "wrap-up" ? restUntil(state) : 0;
  const expired = state.session === "expired";
  return html`<div class="status" data-test="status">
    <p class="presence ${is}"><span class="dot" aria-hidden="true"></span><strong>${word}</strong>
      ${from && is !== "starting" ? since(state, from) : nothing}
      ${until ? html`<span class="left">${since(state, until, "down")} left</span>` : nothing}</p>
    <div class="segments" role="group" aria-label="Your status">
      ${STATUSES.map((s) => html`<button type="button" data-test="status-${s}" aria-pressed=${String(chosen === s)}
        aria-keyshortcuts=${s === "available" ? `Control+Shift+${chordLabel("S")}` : nothing}
        aria-disabled=${expired ? "true" : nothing} title=${expired ? "Your sign-in has ended" : nothing}
        @click=${() => expired || void desk.setStatus(s)}>${presenceWord(s)}</button>`)}
    </div>
    ${is === "busy" ? html`<span class="hint after-call">after this call</span>` : nothing}
  </div>`;
}

function line(state: State): TemplateResult {
  if (state.apiDownAt || state.session === "expired" || state.snapshot!.line.unknown) {
    return html`<p class="waiting-line" data-test="line">${icon("people")}<span>Waiting line not known</span></p>`;
  }
  const { count, more, longest, kept, others } = waitingLine(state);
  return html`<p class="waiting-line ${count ? "some" : ""}" data-test="line">
    ${icon("people")}<span>${count ? html`<strong>${more ? "More than " : ""}${count}</strong> waiting` : others
      ? "Nobody else waiting" : "Nobody waiting"}</span>
    ${count && kept && presence(state) !== "busy" ? html`<span class="kept" data-test="kept"
      title="Keep the place without staying on the line, and are called when it is their turn">${kept} kept</span>` : nothing}
    ${count && longest ? html`<span class="longest">longest ${since(state, longest)}</span>` : nothing}
  </p>`;
}

function tools(state: State, desk: Desk): TemplateResult {
  const busy = state.leg ? { on: false, why: "Not during a call", busy: false } : undefined;
  return html`<div class="tools">
    <span class="agent-name" title="Signed in">${state.snapshot!.agent.name}</span>
    ${button({ name: "sound", label: "Sound", icon: "sound", tone: "quiet", shape: "iconic",
      click: () => desk.panel("sound") })}
    ${button({ name: "shortcuts", label: "Shortcuts", icon: "keyboard", tone: "quiet", shape: "iconic",
      click: () => desk.panel("shortcuts") })}
    ${button({ name: "diagnostics", label: "Copy diagnostics", icon: "copy", tone: "quiet", shape: "iconic",
      click: () => void desk.copyDiagnostics() })}
    ${button({ name: "sign-out", label: "Sign out", icon: "leave", tone: "quiet", shape: "iconic",
      ...(busy ? { button: busy } : {}), click: () => void desk.signOut() })}
  </div>`;
}
