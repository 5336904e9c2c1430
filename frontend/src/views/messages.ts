/** The messages that callers have left: from whom and when, who takes care of each, and its sound. */
import { nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { html } from "../html.js";
import type { MessageAction, VoiceMessage } from "../contract/types.js";
import type { Desk } from "../desk/desk.js";
import type { State } from "../state/state.js";
import { messageAct, messageProblem, messageState, messageWhy } from "../words/message.js";
import { phoneNumber } from "../words/number.js";
import { whenWords } from "../words/record.js";
import { duration } from "../words/time.js";
import { icon } from "./icons.js";
import { button } from "./parts.js";
import { callBackButton } from "./callback.js";
import { callsBack } from "../state/callback.js";

const self = (state: State): string => state.snapshot?.agent.id ?? "";
const serverNow = (state: State): number => Date.parse(state.snapshot?.at ?? "") || 0;

export function messagesPanel(state: State, desk: Desk): TemplateResult {
  const { list, known, failing, cursor, loading, days } = state.messages;
  return html`<section class="card panel messages" aria-labelledby="messages-title">
    <h2 id="messages-title" tabindex="-1">Messages</h2>
    ${failing ? html`<p class="problem" data-test="messages-problem">${icon("warning")}<span>${messageProblem(failing)}</span></p>` : nothing}
    ${!known ? failing ? nothing : html`<p class="empty"><span class="spinner" aria-hidden="true"></span> Looking</p>`
      : list.length === 0 ? html`<p class="empty" data-test="no-messages">No messages.</p>`
        : html`<ul class="message-list">${repeat(list, (m) => m.id, (m) => html`<li>${row(state, desk, m)}</li>`)}</ul>`}
    ${cursor ? html`<div class="verbs">${button({ name: "more-messages", label: "More",
      button: { on: loading === "", why: loading ? "Looking" : "", busy: loading === "more" },
      click: () => desk.messages.more() })}</div>` : nothing}
    ${known ? html`<p class="hint">A message is deleted after ${days} ${days === 1 ? "day" : "days"}.</p>` : nothing}
  </section>`;
}

function row(state: State, desk: Desk, m: VoiceMessage): TemplateResult {
  const { acts, sound } = state.messages;
  const number = phoneNumber(m.caller);
  const mine = m.by?.id === self(state) || state.rules?.supervisor === true;
  const does = (action: MessageAction): TemplateResult => button({
    name: `message-${action}-${m.id}`, label: messageAct(action),
    button: { on: !acts[m.id], why: acts[m.id] ? "Wait for the last press" : "", busy: acts[m.id] === action },
    click: () => void desk.messages.act(m.id, action),
  });
  const open = sound?.message === m.id;
  return html`<div class="message-row ${m.state}" role="group" tabindex="-1" aria-label="Message from ${number}"
      data-test="message" data-message=${m.id}>
    <p class="head"><span class="number">${number}</span> <time datetime=${m.at}>${whenWords({ arrived: m.at },
      serverNow(state), state.history.zone)}</time></p>
    <p class="words"><span class="chip ${m.state}" data-test="message-state">${messageState(m, self(state))}</span> <span
      class="length">${duration(m.seconds * 1000)}</span>${messageWhy(m) ? html` <span class="hint">${messageWhy(m)}</span>` : nothing}</p>
    ${open ? player(state, number) : nothing}
    <div class="verbs">
      ${button({ name: `message-play-${m.id}`, label: open ? "Close" : "Listen", icon: open ? "cross" : "play",
        button: { on: open || !state.leg, why: open || !state.leg ? "" : "Not during a call", busy: false },
        click: () => void desk.messages.play(open ? "" : m.id) })}
      ${m.state === "new" || m.left && !mine ? does("take") : nothing}
      ${m.state === "done" || m.state === "taken" && !mine ? nothing : does("done")}
      ${m.state !== "new" && mine ? does("release") : nothing}
      ${m.caller && callsBack(state) && (m.state !== "taken" || m.left || m.by?.id === self(state)) ? callBackButton(state, desk,
        `back-${m.id}`, { message: m.id }) : nothing}
    </div>
  </div>`;
}

function player(state: State, number: string): TemplateResult {
  const sound = state.messages.sound!;
  if (sound.problem) return html`<p class="problem" data-test="sound-problem">${icon("warning")}<span>${messageProblem(sound.problem)}</span></p>`;
  return sound.src
    ? html`<audio controls autoplay data-test="message-sound" aria-label="Message from ${number}" src=${sound.src}></audio>`
    : html`<p class="empty"><span class="spinner" aria-hidden="true"></span> Fetching the message</p>`;
}
