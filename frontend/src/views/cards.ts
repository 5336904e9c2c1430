/** The screens without a live call, from loading to the card after a call. */
import { nothing, type TemplateResult } from "lit";
import { html } from "../html.js";
import type { Desk } from "../desk/desk.js";
import { noted } from "../state/wrapup.js";
import { presenceSince, restOf, restUntil } from "../state/rest.js";
import type { Screen, State } from "../state/state.js";
import { whyWords } from "../words/agent.js";
import { hoursWords, tellsHours } from "../words/hours.js";
import { phoneNumber } from "../words/number.js";
import { callOutcome } from "../words/outcome.js";
import { duration } from "../words/time.js";
import { deviceWords } from "../words/voice.js";
import { brand, icon, type Icon } from "./icons.js";
import { wrapUpNote } from "./note.js";
import { button, since } from "./parts.js";

interface Card {
  readonly name: string;
  readonly art: TemplateResult;
  readonly title: string;
  readonly text?: TemplateResult | string;
  readonly more?: TemplateResult | typeof nothing;
  /** The note on the last call, in place of the picture. */
  readonly note?: TemplateResult | typeof nothing;
  readonly actions?: TemplateResult[];
  readonly tone?: string;
}

function card(c: Card): TemplateResult {
  const noting = c.note !== undefined && c.note !== nothing;
  return html`<section class="card rest ${c.tone ?? ""} ${noting ? "noting" : ""}" data-test="screen-${c.name}" aria-labelledby="title">
    ${noting ? nothing : c.art}
    <h2 id="title" tabindex="-1">${c.title}</h2>
    ${c.text ? html`<p class="lead">${c.text}</p>` : nothing}
    ${c.more ?? nothing}
    ${c.note ?? nothing}
    ${c.actions ? html`<div class="actions">${c.actions}</div>` : nothing}
  </section>`;
}

const art = (name: Icon): TemplateResult => html`<div class="art">${icon(name)}</div>`;

export function loading(): TemplateResult {
  return card({ name: "loading", art: html`<div class="art"><span class="spinner big" aria-hidden="true"></span></div>`,
    title: "One moment" });
}

export function fatal(why: string): TemplateResult {
  return card({
    name: "fatal", tone: "bad", art: art("warning"), title: "The agent desk cannot start", text: why,
    actions: [button({ name: "reload", label: "Try again", tone: "primary", click: () => window.location.reload() })],
  });
}

const SIGNED_OUT: Record<string, string> = {
  "": "Sign in to take calls.",
  chosen: "You are signed out. Calls do not ring here any more.",
  expired: "Your sign-in has ended. Sign in again to go on taking calls.",
  failed: "The sign-in page cannot be reached. Try again in a moment.",
  refused: "The sign-in was not completed. Try again.",
};

export function signedOut(why: string, desk: Desk): TemplateResult {
  return card({
    name: "signed-out", art: html`<div class="art plain">${brand()}</div>`, title: "Agent desk",
      text: SIGNED_OUT[why] ?? "",
    actions: [
      button({ name: "sign-in", label: "Sign in", tone: "primary", click: () => desk.signIn() }),
      button({ name: "sign-in-other", label: "Use another account", tone: "quiet", click: () => desk.signIn(true) }),
    ],
  });
}

export function otherTab(inCall: boolean, desk: Desk): TemplateResult {
  // Always allowed: a tab in a call keeps the calls, and one that has crashed cannot object.
  const hint = inCall ? { hint: "Only once the call in the other tab is over" } : {};
  return card({
    name: "other-tab", art: art("tabs"), title: "The desk is open in another tab",
    text: inCall
      ? "You are in a call there. This tab takes no calls meanwhile."
      : "Calls ring there, not here. Only one tab can take them.",
    actions: [button({ name: "use-this-tab", label: "Take calls in this tab", tone: "primary", ...hint,
      click: () => void desk.goOnline() })],
  });
}

/** Steps for this browser, as far as it can be recognised. */
export function microphoneSteps(browser: string): string[] {
  if (/Firefox\//.test(browser)) {
    return ["Click the crossed-out microphone at the left end of the address bar.", "Click the × beside “Blocked”.",
      "Come back here and try again."];
  }
  if (/Edg\//.test(browser)) {
    return ["Click the lock at the left end of the address bar.",
      "Open “Permissions for this site” and set Microphone to “Allow”.", "Come back here and try again."];
  }
  if (/Chrom(e|ium)\//.test(browser)) {
    return ["Click the settings symbol at the left end of the address bar.", "Switch Microphone on.",
      "Come back here and try again."];
  }
  if (/Safari\//.test(browser)) {
    return ["Open Safari’s menu, then “Settings for This Website…”.", "Set Microphone to “Allow”.",
      "Come back here and try again."];
  }
  return ["Open this site’s permissions in your browser.", "Allow the microphone.", "Come back here and try again."];
}

const MIC: Record<"denied" | "absent" | "taken", { title: string; text: string }> = {
  denied: { title: "Callers could not hear you",
    text: "The browser does not let this page use the microphone. You stay offline until it does." },
  absent: { title: "No microphone found",
    text: "Connect a headset or switch its microphone on. You stay offline until then." },
  taken: { title: "The microphone is in use",
    text: "Another program holds the microphone. Close it and try again; you stay offline until then." },
};

export function microphoneHelp(why: "denied" | "absent" | "taken", desk: Desk): TemplateResult {
  return card({
    name: "microphone-help", tone: "bad", art: art("micOff"), title: MIC[why].title, text: MIC[why].text,
    more: why === "denied"
      ? html`<ol class="steps">${microphoneSteps(navigator.userAgent).map((s) => html`<li>${s}</li>`)}</ol>`
      : nothing,
    actions: [
      button({ name: "try-microphone", label: "Try again", tone: "primary", click: () => void desk.goOnline() }),
      button({ name: "stay-offline", label: "Stay offline", tone: "quiet", click: () => desk.leaveMicrophoneHelp() }),
    ],
  });
}

function notifyOffer(state: State, desk: Desk): TemplateResult | typeof nothing {
  if (state.consent !== "default") return nothing;
  return html`<div class="offer">${icon("bell")}<p>Be told of calls when this tab is in the background.</p>
    ${button({ name: "notify", label: "Allow notifications", click: () => void desk.askConsent() })}</div>`;
}

export function offline(state: State, desk: Desk): TemplateResult {
  const starting = state.device.is === "starting" || state.microphone === "asking";
  const trouble = state.device.why && state.device.why !== "elsewhere" ? `${deviceWords(state.device.why)} ` : "";
  return card({
    name: "offline", art: art("phone"), tone: trouble ? "bad" : "",
    title: starting ? "Going online" : "You are offline",
    text: state.microphone === "asking"
      ? "Allow the microphone when the browser asks."
      : `${trouble}${starting ? "Connecting to the phone network." : "Calls do not ring here until you go online."}`,
    ...withNote(state, desk),
    actions: [button({
      name: "go-online", label: "Go online", icon: "phone", tone: "primary", chord: "S",
        click: () => void desk.goOnline(),
      ...(starting ? { button: { on: false, why: "Going online", busy: true } } : {}),
    }), ...(noted(state) ? [done(desk, "")] : [])],
  });
}

/** The title and the text outside a call; the strip above says more about lost connections. */
function restTexts(state: State, status: string): { title: string; text: string } {
  // Nothing rings without a device, whatever the status.
  if (state.device.is === "lost") {
    return { title: "Calls cannot reach you now",
      text: "The phone line comes back by itself; you need not do anything." };
  }
  if (state.apiDownAt && status === "available") {
    return { title: "Not known whether calls ring here",
      text: "The server cannot be reached. It offers no calls to a page of which it has not heard for long." };
  }
  if (status === "away") {
    return { title: "You are away", text: `${whyWords(state.snapshot!.agent)} No calls ring here while you are away.`.trim() };
  }
  if (status === "wrap-up") return { title: "Wrapping up", text: "No calls ring here until you are available again." };
  if (restOf(state) === "automatic") {
    return { title: "A moment for your notes",
      text: "No calls ring here meanwhile; the next is offered when the wrap-up time is over." };
  }
  if (state.snapshot!.hours?.open === false) {
    return { title: "Ready for calls",
      text: "The line is closed: new callers hear a message. Who waits already still rings here." };
  }
  return { title: "Ready for calls", text: "The next caller rings here. You can work in other tabs meanwhile." };
}

/** The agent's own state and the queue, in figures. */
function stats(state: State, status: string): TemplateResult {
  const { line, hours, at } = state.snapshot!;
  const since0 = presenceSince(state);
  const until = restUntil(state);
  const unknown = state.apiDownAt > 0;
  const resting = status === "available" && restOf(state) === "automatic";
  return html`<dl class="stats">
    <div><dt>${resting ? "In wrap-up" : "In this status"}</dt>
      <dd>${since0 && !unknown ? since(state, since0) : "–"}</dd></div>
    ${until
      ? html`<div><dt>Calls again in</dt><dd data-test="rest-left">${since(state, until, "down")}</dd></div>`
      : nothing}
    <div><dt>Waiting callers</dt><dd>${unknown || line.unknown ? "–" : `${line.more ? "> " : ""}${line.count}`}</dd></div>
    <div><dt>Longest wait</dt><dd>${line.longest && !unknown && !line.unknown ? since(state, line.longest) : "–"}</dd></div>
    ${tellsHours(hours)
      ? html`<div><dt>Line</dt><dd data-test="hours">${unknown ? "–" : hoursWords(hours, Date.parse(at))}</dd></div>`
      : nothing}
  </dl>`;
}

const withNote = (state: State, desk: Desk): { note: TemplateResult | typeof nothing } =>
  ({ note: wrapUpNote(state, desk) });

const done = (desk: Desk, tone: "primary" | ""): TemplateResult =>
  button({ name: "dismiss-ended", label: "Done", ...(tone ? { tone } : {}), click: () => desk.doneWithCall() });

const takeNow = (desk: Desk): TemplateResult =>
  button({ name: "take-calls", label: "Take calls now", icon: "phone", tone: "primary",
    click: () => (desk.dismissEnded(), void desk.setStatus("available")) });

const stayInWrapUp = (desk: Desk): TemplateResult =>
  button({ name: "wrap-up", label: "Stay in wrap-up", icon: "clock",
    click: () => (desk.dismissEnded(), void desk.setStatus("wrap-up")) });

export function idle(state: State, desk: Desk, status: string): TemplateResult {
  const writing = noted(state) !== null;
  const resting = status === "available" && restOf(state) === "automatic";
  const ready = status === "available" && restOf(state) === "none" && state.device.is === "registered";
  const symbol = resting ? "clock" : status === "available" ? "phone" : status === "away" ? "pause" : "clock";
  return card({
    name: "idle", tone: ready ? "ready" : "", art: html`<div class="art ${ready ? "pulse" : ""}">${icon(symbol)}</div>`,
    ...restTexts(state, status),
    more: html`${stats(state, status)}${writing ? nothing : notifyOffer(state, desk)}`,
    ...withNote(state, desk),
    actions: [
      ...(writing ? [done(desk, status === "away" ? "" : "primary")] : []),
      ...(writing && status === "wrap-up" ? [] : idleActions(desk, status, resting, writing)),
    ],
  });
}

function idleActions(desk: Desk, status: string, resting: boolean, writing: boolean): TemplateResult[] {
  if (resting) return writing ? [stayInWrapUp(desk)] : [takeNow(desk), stayInWrapUp(desk)];
  return [status === "available"
    ? button({ name: "take-break", label: "Away", icon: "pause", chord: "S", click: () => void desk.setStatus("away") })
    : button({ name: "take-calls", label: "Take calls", icon: "phone", tone: "primary", chord: "S",
      click: () => void desk.setStatus("available") })];
}

/** Whether the next call may ring, below the outcome of this one. */
function nextCall(state: State): TemplateResult | string {
  const until = restUntil(state);
  switch (restOf(state)) {
    case "none":
      return "The next call may ring at once.";
    case "automatic":
      return until
        ? html`You are in wrap-up: no calls ring here for <strong data-test="rest-left">${since(state, until,
          "down")}</strong>.`
        : "You are in wrap-up: no calls ring here yet.";
    case "chosen":
      return "You are in wrap-up: no calls ring here until you are available again.";
    case "away":
      return "You are away: no calls ring here.";
    case "asking":
      return state.apiDownAt
        ? "The server cannot be reached: whether calls ring here is not known."
        : "One moment: asking the server whether calls ring here.";
  }
}

export function ended(state: State, desk: Desk, screen: Extract<Screen, { is: "ended" }>): TemplateResult {
  const { closing, settled } = screen;
  const recent = state.recent[0];
  const rest = restOf(state);
  const asking = state.apiDownAt
    ? "The server cannot be reached: what became of the call is not known yet."
    : "Asking the server what became of the call.";
  return card({
    name: "ended", art: art(settled ? "check" : "clock"),
    title: settled ? callOutcome(recent?.outcome ?? "", recent?.with ?? "", false, recent?.back) : "The line has closed",
    text: settled ? nextCall(state) : asking,
    more: html`<dl class="stats">
      <div><dt>Caller</dt><dd>${phoneNumber(recent?.number ?? "")}</dd></div>
      <div><dt>You were in the call</dt><dd>${duration(closing.talkedMs)}</dd></div>
    </dl>`,
    ...withNote(state, desk),
    actions: [
      done(desk, "primary"),
      ...(rest === "none" || rest === "asking"
        ? [button({ name: "wrap-up", label: "Wrap-up", icon: "clock",
          click: () => (desk.dismissEnded(), void desk.setStatus("wrap-up")) })]
        : []),
      ...(rest === "automatic" ? [stayInWrapUp(desk)] : []),
      ...(rest === "away"
        ? [button({ name: "take-calls", label: "Take calls", icon: "phone",
          click: () => (desk.dismissEnded(), void desk.setStatus("available")) })]
        : []),
    ],
  });
}

const REJOIN: Record<"reload" | "cut", string> = {
  reload: "This page was loaded again in the middle of a call. The caller hears music and is kept for you.",
  cut: "The connection was lost. The caller hears music and is kept for you; your phone rings again in a moment.",
};

/**
 * The agent is in a call in another browser, where it goes on, or on a page that is gone, which the server has not
 * noticed yet.
 */
function elsewhere(state: State, desk: Desk): TemplateResult {
  const online = state.wants && state.device.is !== "off";
  const starting = state.device.is === "starting" || state.microphone === "asking";
  return card({
    name: "rejoin", art: art("tabs"), title: state.apiDownAt
      ? "You were in a call on another page"
      : "You are in a call on another page",
    text: state.apiDownAt
      ? "The server cannot be reached: whether the call still goes on there is not known."
      : `It goes on there. If that page is gone, the caller hears music in a moment, and your phone rings here${online
        ? ""
        : " once you are online"}.`,
    actions: online && !starting ? [] : [button({
      name: "go-online", label: "Go online", icon: "phone", tone: "primary", chord: "S",
        click: () => void desk.goOnline(),
      ...(starting ? { button: { on: false, why: "Going online", busy: true } } : {}),
    })],
  });
}

export function rejoin(state: State, desk: Desk, screen: Extract<Screen, { is: "rejoin" }>): TemplateResult {
  if (screen.why === "elsewhere") return elsewhere(state, desk);
  const connecting = screen.asked && (state.device.is === "starting" || state.microphone === "asking"
    || state.device.is === "registered");
  const unread = state.snapshot?.line.unknown === true && state.snapshot.call === null;
  return card({
    name: "rejoin", tone: "alert", art: art("phone"), title: state.apiDownAt || unread
      ? "Your caller may be waiting"
      : "Your caller is waiting",
    text: screen.asked ? "Getting the caller back. If a colleague has taken the call meanwhile, nothing rings here."
      : state.apiDownAt ? "The server cannot be reached: whether the caller is still kept for you is not known."
        : unread ? "The line could not be read: whether the caller is still kept for you is not known."
          : REJOIN[screen.why],
    actions: [
      button({
        name: "rejoin", label: "Rejoin caller", icon: "phone", tone: "answer", click: () => void desk.rejoin(),
        ...(connecting ? { button: { on: false, why: "The caller is being called back to you", busy: true } } : {}),
      }),
      button({ name: "forget-rejoin", label: "Leave it to colleagues", tone: "quiet",
        click: () => desk.forgetRejoin() }),
    ],
  });
}
