/**
 * The strip above every screen that shows the state of the connections, in one sentence for all that are lost; and
 * notices and refusals, which lie over the page, so that no button moves.
 */
import { nothing, type TemplateResult } from "lit";
import { html } from "../html.js";
import type { Desk } from "../desk/desk.js";
import { renewsLeg } from "../state/allow.js";
import type { Leg, State } from "../state/state.js";
import { problemWords } from "../words/problem.js";
import { timeOfDay } from "../words/time.js";
import { deviceWords, oneWay, quality } from "../words/voice.js";
import { supervisorsWords } from "../words/watch.js";
import { icon, type Icon } from "./icons.js";
import { button } from "./parts.js";

interface Banner {
  readonly name: string;
  readonly tone: "bad" | "warn";
  readonly icon: Icon;
  readonly text: string;
  readonly more?: TemplateResult;
}

function banners(state: State, desk: Desk): Banner[] {
  const out: Banner[] = [];
  const cut = connection(state);
  if (cut) out.push({ tone: "bad", icon: "warning", ...cut });
  if (state.leg?.phase === "open" && oneWay(state.warnings)) out.push(oneWayBanner(state, desk));
  if (state.session === "expired" && state.leg) {
    out.push({ name: "session-expired", tone: "warn", icon: "clock",
      text: "Your sign-in has ended; the call goes on.",
      more: button({ name: "renew-sign-in", label: "Renew sign-in", click: () => desk.renewSignIn() }) });
  }
  if (state.tokenFailing) {
    out.push({ name: "token-failing", tone: "warn", icon: "clock",
      text: `The phone line could not be renewed. Without that it closes at ${timeOfDay(state.tokenFailing)}. Trying again.` });
  }
  const { screen } = state;
  const watched = screen.is === "in-call" ? supervisorsWords(screen.call) : [];
  if (watched.length) out.push({ name: "supervisor", tone: "warn", icon: "people", text: watched.join(" ") });
  return out;
}

function oneWayBanner(state: State, desk: Desk): Banner {
  const renews = renewsLeg(state);
  return {
    name: "one-way", tone: "warn", icon: "silence", text: `${quality(state.warnings).words}.${renews
      ? " Rejoining cures it; the caller hears music for some seconds."
      : ""}`,
    ...(renews ? { more: button({ name: "renew-leg", label: "Rejoin the call", click: () => desk.renewLeg() }) } : {}),
  };
}

/** Which connections are lost, in one sentence, so that no two texts contradict each other. */
function connection(state: State): { name: string; text: string } | null {
  const { apiDownAt, leg, device } = state;
  // A tab that takes no calls does not poll: it would never learn that the server is back.
  const server = apiDownAt > 0 && state.session === "signed-in" && (state.tab === "here" || leg !== null);
  if (leg?.phase === "reconnecting") return reconnecting(leg, server ? apiDownAt : 0);
  const lost = !leg && state.wants && device.is === "lost";
  if (server && lost) {
    const since = timeOfDay(Math.min(apiDownAt, device.since));
    return { name: "no-connection", text: `No connection since ${since}, neither to the server nor to the phone network. Calls cannot reach you. Trying again.` };
  }
  if (server) {
    const since = timeOfDay(apiDownAt);
    return { name: "api-down", text: `No connection to the server since ${since}. ${leg
      ? "Your call goes on; transfers are not possible. You can hang up." : "Trying again."}` };
  }
  if (!lost) return null;
  const calls = state.withdrawn ? "No calls are offered to you until it is back." : "Reconnecting.";
  return { name: "line-lost", text: `Phone line lost since ${timeOfDay(device.since)}. ${deviceWords(device.why)} ${calls}` };
}

function reconnecting({ lost, lostAt }: Leg, apiDownAt: number): { name: string; text: string } {
  const heard = lost === "signalling" ? "You may still hear each other." : "You may not hear each other.";
  if (apiDownAt) {
    const since = timeOfDay(Math.min(apiDownAt, lostAt));
    return { name: "no-connection", text: `No connection since ${since}, neither to the server nor to the phone network. ${heard} Reconnecting; stay on this page.` };
  }
  const since = timeOfDay(lostAt);
  if (lost === "sound") {
    return { name: "sound-lost", text: `The sound is interrupted since ${since}. ${heard} Reconnecting; stay on this page.` };
  }
  return { name: "reconnecting", text: `No connection to the phone network since ${since}. ${heard} Reconnecting; stay on this page.` };
}

/**
 * Nothing is wrong. Without the push channel the page learns of changes later, and says so; a stack that has none has
 * always been so.
 */
function connected(state: State): string {
  return state.push === "down" ? `${connections(state)}. No live updates now: the page asks every few seconds`
    : connections(state);
}

function connections(state: State): string {
  if (state.leg || state.device.is === "registered") return "Connected to the server and the phone network";
  return state.device.is === "starting"
    ? "Connected to the server; calling the phone network"
    : "Connected to the server";
}

export function bannerList(state: State, desk: Desk): TemplateResult | typeof nothing {
  const list = banners(state, desk);
  const inside = state.leg !== null || (state.session === "signed-in" && state.snapshot !== null
    && state.tab === "here");
  if (list.length === 0 && !inside) return nothing;
  return html`<section class="banners" aria-label="Connection">
    ${list.length === 0
      ? html`<div class="banner fine" data-test="connected">${icon("check")}<p>${connected(state)}</p></div>`
      : nothing}
    ${list.slice(0, 1).map((b) => bannerView(b, list.slice(1)))}
  </section>`;
}

/** One banner is in the strip. The others lie over the page when they are asked for, so that no control moves. */
function bannerView(b: Banner, others: readonly Banner[] = []): TemplateResult {
  return html`<div class="banner ${b.tone}" data-test="banner-${b.name}">${icon(b.icon)}<p>${b.text}</p>${b.more ?? nothing}
    ${others.length === 0 ? nothing : html`<details class="more-banners" data-test="more-banners">
      <summary>${others.length} more</summary>
      <div>${others.map((o) => bannerView(o))}</div>
    </details>`}
  </div>`;
}

/** Lies over the strip until it is dismissed or times out. */
export function toasts(state: State, desk: Desk): TemplateResult | typeof nothing {
  const { notice, refusal } = state;
  if (!notice && !refusal) return nothing;
  const toast = (test: string, tone: string, symbol: Icon, text: string, close: () => void): TemplateResult =>
    html`<div class="toast ${tone}" data-test=${test}>${icon(symbol)}<p>${text}</p>
      <button type="button" class="close" aria-label="Dismiss" @click=${close}>${icon("cross")}</button></div>`;
  return html`<section class="toasts" aria-label="Notices">
    ${refusal
      ? toast("refusal", "bad", "warning", problemWords(refusal.problem), () => desk.dismissRefusal())
      : nothing}
    ${notice
      ? toast("notice", notice.tone, notice.tone === "good" ? "check" : notice.tone === "bad" ? "warning" : "bell",
        notice.text, () => desk.dismissNotice())
      : nothing}
  </section>`;
}
