/** What is wrong with the connections, across the whole page, for as long as it is wrong; and passing notices. */
import { nothing, type TemplateResult } from "lit";
import { html } from "../html.js";
import type { Desk } from "../desk/desk.js";
import { renewsLeg } from "../state/allow.js";
import type { State } from "../state/state.js";
import { timeOfDay } from "../words/time.js";
import { deviceWords, oneWay, quality } from "../words/voice.js";
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
  // A tab that takes no calls asks for nothing: it would never hear that the server is back.
  if (state.apiDownAt && state.session === "signed-in" && (state.tab === "here" || state.leg)) {
    out.push({
      name: "api-down", tone: "bad", icon: "warning",
      text: `No connection to the server since ${timeOfDay(state.apiDownAt)}. ${state.leg ? "Your call goes on; transfers are not possible." : "Trying again."}`,
    });
  }
  if (state.leg?.phase === "reconnecting") {
    out.push({ name: "reconnecting", tone: "bad", icon: "warning", text: `The connection to the phone network is interrupted since ${timeOfDay(state.leg.lostAt)}. Reconnecting; stay on this page.` });
  } else if (state.wants && state.device.is === "lost") {
    const calls = state.withdrawn ? "No calls are offered to you until it is back." : "Reconnecting.";
    out.push({ name: "line-lost", tone: "bad", icon: "warning", text: `Phone line lost since ${timeOfDay(state.device.since)}. ${deviceWords(state.device.why)} ${calls}` });
  }
  if (state.tokenFailing) {
    out.push({ name: "token-failing", tone: "warn", icon: "clock", text: `The phone line could not be renewed. Without that it closes at ${timeOfDay(state.tokenFailing)}. Trying again.` });
  }
  if (state.session === "expired" && state.leg) {
    out.push({ name: "session-expired", tone: "warn", icon: "clock", text: "Your sign-in has ended. The call goes on; transfers are not possible. Renew it, or sign in again after the call.",
      more: button({ name: "renew-sign-in", label: "Renew sign-in", click: () => desk.renewSignIn() }) });
  }
  if (state.leg?.phase === "open" && oneWay(state.warnings)) {
    out.push({
      name: "one-way", tone: "warn", icon: "silence", text: `${quality(state.warnings).words}.`,
      ...(renewsLeg(state)
        ? { more: button({ name: "renew-leg", label: "Rejoin the call", hint: "The caller hears music for a few seconds", click: () => desk.renewLeg() }) }
        : {}),
    });
  }
  return out;
}

export function bannerList(state: State, desk: Desk): TemplateResult | typeof nothing {
  const list = banners(state, desk);
  if (list.length === 0 && !state.notice) return nothing;
  return html`<section class="banners" aria-label="Connection and notices">
    ${list.map((b) => html`<div class="banner ${b.tone}" data-test="banner-${b.name}">${icon(b.icon)}<p>${b.text}</p>${b.more ?? nothing}</div>`)}
    ${state.notice
      ? html`<div class="banner notice ${state.notice.tone}" data-test="notice">
          ${icon(state.notice.tone === "good" ? "check" : state.notice.tone === "bad" ? "warning" : "bell")}<p>${state.notice.text}</p>
          <button type="button" class="close" aria-label="Dismiss" @click=${() => desk.dismissNotice()}>${icon("cross")}</button>
        </div>`
      : nothing}
  </section>`;
}
