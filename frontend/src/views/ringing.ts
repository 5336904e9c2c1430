/** A ringing call: whose it is, how long the caller has waited, from whom and why, and how long there is to answer. */
import { nothing, type TemplateResult } from "lit";
import { html } from "../html.js";
import { REASONS, type Transfer } from "../contract/types.js";
import type { Desk } from "../desk/desk.js";
import * as allow from "../state/allow.js";
import { ringsForPlace } from "../state/screen.js";
import type { Leg, Screen, State } from "../state/state.js";
import { partyName, phoneNumber } from "../words/number.js";
import { REASON_BUTTONS, targetOutcome } from "../words/outcome.js";
import { icon } from "./icons.js";
import { knownCaller } from "./known.js";
import { button, since } from "./parts.js";

/** What the agent has to expect, by the kind of transfer; `by` is who transfers. */
const KIND_WORDS: Record<Transfer["kind"], (by: string) => string> = {
  consult: (by) => `You talk with ${by} first; the caller does not hear you.`,
  add: () => "All three of you talk at once when you answer.",
  blind: (by) => `You talk with the caller at once; ${by} has left.`,
  queue: (by) => `You talk with the caller at once; ${by} gave them back to the line.`,
};

const OWN_WORDS = "You talk with the caller at once; you gave them back to the line, and nobody else has taken them.";

const PLACE_WORDS = "Answer, and the number is called. The caller keeps a place in the line, and is not on the phone now.";

function titleOf(by: string, kind: string, back: boolean, place: boolean): string {
  if (place) return "A kept place";
  if (back) return "Your caller, back again";
  if (!by) return "Incoming call";
  return kind === "queue" ? `A caller whom ${by} gave back` : `${by} transfers a call to you`;
}

type Ringing = Extract<Screen, { is: "ringing" }>;

export function ringing(state: State, desk: Desk, screen: Ringing): TemplateResult {
  const { leg, call } = screen;
  const place = ringsForPlace(screen);
  const number = call?.caller.number || leg.ring.number;
  const verified = call?.caller.verified || leg.ring.verified;
  const current = call?.transfer && (call.transfer.kind === "queue" ? !call.transfer.ended : !call.transfer.outcome);
  const by = current ? partyName(call.transfer.by) : leg.ring.by;
  const note = (by && call?.transfer?.note) || leg.ring.note;
  const kind = call?.transfer?.kind ?? leg.ring.kind;
  const self = state.snapshot?.agent.id ?? "";
  // The caller whom this agent has given back to the line, and whom nobody else has taken.
  const own = current === true && call?.transfer?.by.id === self;
  // The caller whom this agent has transferred, and whom nobody has taken.
  const failed = call?.transfer?.outcome && !current && call.transfer.by.id === self
    ? targetOutcome(call.transfer, self) : "";
  const waiting = (by ? call?.caller.arrived : call?.caller.waitingSince) ?? leg.ring.waiting;
  return html`<section class="card ringing" data-test="screen-ringing" aria-labelledby="title">
    <div class="ring-head">
      <h2 id="title" tabindex="-1">${titleOf(by, kind, state.rejoin !== null || failed !== "" || own, place)}</h2>
      ${countdown(state, leg)}
    </div>
    ${callerLine(number, verified)}
    ${knownCaller(state, number)}
    ${waiting
      ? html`<p class="waited">${icon(place ? "phone" : "music")}<span>${by ? "The caller has been with us for"
        : place ? "In the line for" : "Waiting for"} ${since(state, waiting)}</span></p>`
      : nothing}
    ${by
      ? html`<p class="kind">${own ? OWN_WORDS : KIND_WORDS[kind as Transfer["kind"]]?.(by) ?? ""}</p>`
      : nothing}
    ${place ? html`<p class="kind">${PLACE_WORDS}</p>` : nothing}
    ${failed ? html`<p class="kind">${failed}</p>` : nothing}
    ${note
      ? html`<blockquote class="note" data-test="note"><span class="by">Note from ${own ? "you"
        : by || "your colleague"}</span>${note}</blockquote>`
      : nothing}
    <div class="actions ring-actions">
      ${button({ name: "answer", label: "Answer", icon: "phone", tone: "answer", shape: "wide", chord: "A",
        click: () => desk.answer() })}
      ${button({ name: "reject", label: by ? "Decline" : "Reject", icon: "cross", tone: "quiet", shape: "wide",
        chord: "R", hint: by && kind !== "queue"
          ? `${by} is told that you declined`
          : place ? "No attempt is lost: the next agent is rung" : "The next agent is called", click: () => desk.reject() })}
    </div>
    ${declining(state, desk)}
  </section>`;
}

/** `crm` is the address of the caller in another system; "" if there is none. */
export function callerLine(number: string, verified: boolean, crm = ""): TemplateResult {
  return html`<div class="caller">
    <span class="number ${number ? "" : "private"}" data-test="caller">${phoneNumber(number)}</span>
    ${verified ? html`<span class="verified">${icon("verified")}Verified number</span>` : nothing}
    ${crm ? crmLink(crm) : nothing}
  </div>`;
}

/**
 * It always opens in the same tab, which needs its name: with noopener, the browser would open another for each call.
 * The address is the operator's own (config.json).
 */
function crmLink(address: string): TemplateResult {
  return html`<a class="crm" data-test="crm" href=${address} target="agent-desk-crm" referrerpolicy="no-referrer">Open the
    caller’s page</a>`;
}

function declining(state: State, desk: Desk): TemplateResult {
  return html`<div class="declining" role="group" aria-label="Decline and say why">
    <span class="hint" aria-hidden="true">Decline and say why</span>
    ${REASONS.map((reason) => button({ name: `decline-${reason}`, label: REASON_BUTTONS[reason],
      button: allow.decline(state), click: () => desk.decline(reason) }))}
  </div>`;
}

function countdown(state: State, leg: Leg): TemplateResult {
  const until = leg.since + leg.ring.seconds * 1000 + state.skew;
  return html`<div class="countdown">
    <span class="visually-hidden">Time left to answer: </span>
    <desk-ring .until=${until} .skew=${state.skew} .seconds=${leg.ring.seconds}></desk-ring>
    ${since(state, until, "down")}
  </div>`;
}
