/** A supervisor's own leg in a call: who hears whom, who hears the supervisor, and the way out. */
import { nothing, type TemplateResult } from "lit";
import { html } from "../html.js";
import type { TeamCall } from "../contract/types.js";
import { MODES } from "../contract/types.js";
import type { Desk } from "../desk/desk.js";
import type { Levels } from "../desk/levels.js";
import { known } from "../state/known.js";
import type { Screen, State } from "../state/state.js";
import { modeIn, watchButton } from "../state/watch.js";
import { partyName } from "../words/number.js";
import { hearWords, stateWords } from "../words/team.js";
import { soundWords } from "../words/voice.js";
import { MODE_LABEL, modeHint, watchingWords } from "../words/watch.js";
import { icon } from "./icons.js";
import { button, since } from "./parts.js";
import { callerLine } from "./ringing.js";

const CHORDS = { listen: "L", coach: "G", barge: "B" } as const;

const ownerOf = (call: TeamCall | undefined): string => (call?.owner ? partyName(call.owner) : "the agent");

/** Listen, Coach and Barge in, for a call of the team's view and for the call that the supervisor is in. */
export function watchButtons(state: State, desk: Desk, id: string, call: TeamCall | undefined, at: "row" | "card"): TemplateResult {
  const mode = modeIn(state, id);
  return html`${MODES.map((m) => button({
    name: at === "row" ? `team-${m}-${id}` : m, label: MODE_LABEL[m], pressed: mode === m, chord: CHORDS[m],
    hint: modeHint(m, ownerOf(call)), button: watchButton(state, call, id, m), click: () => desk.team.watch(id, m),
  }))}`;
}

export function watchingCard(state: State, desk: Desk, { leg, watching }: Extract<Screen, { is: "watching" }>): TemplateResult {
  const id = leg.ring.conference || watching?.call || "";
  const call = state.team.view?.calls.list.find((c) => c.call === id);
  const heard = watching?.heard ?? "listen";
  const q = soundWords(state.warnings, known(state));
  return html`<section class="card call watching" data-test="screen-watching" data-mode=${watching?.mode ?? ""} data-heard=${heard}
    aria-labelledby="title">
    <div class="call-head">
      <h2 id="title" tabindex="-1"><span class="chip">Supervising</span>${call ? html` <span class="chip stale">${stateWords(call)}</span>` : nothing}</h2>
      <dl class="timers"><div><dt>Here</dt><dd>${since(state, leg.since + state.skew)}</dd></div></dl>
    </div>
    ${callerLine(call?.caller.number ?? leg.ring.number, call?.caller.verified ?? leg.ring.verified)}
    <p class="hears ${heard === "listen" ? "silence" : "voices"}" data-test="heard">${icon(heard === "listen" ? "silence" : "sound")}<span>${
      watchingWords(watching, ownerOf(call))}</span></p>
    <div class="now"><p class="you" data-test="who-hears">${call ? hearWords(call).join(" ") : "Who hears whom is not known."}</p>
      ${watching?.hidden ? html`<p class="hint">The agents are not told of you.</p>` : nothing}</div>
    <div class="verbs three" role="group" aria-label="What you do in this call">${watchButtons(state, desk, id, call, "card")}</div>
    <div class="controls" role="group" aria-label="Call controls">
      ${button({ name: "mute", label: leg.muted ? "Unmute" : "Mute", icon: leg.muted ? "micOff" : "mic", shape: "tile", place: "mute",
        pressed: leg.muted, chord: "M", hint: leg.muted ? "Nobody hears you now" : "Your microphone is silent until you unmute it",
        click: () => desk.mute() })}
      <div class="sound-state">
        <p class="quality ${q.light}" data-test="quality"><span class="bars" aria-hidden="true"><i></i><i></i><i></i></span><span>${q.words}</span></p>
        <div class="mic-level">${icon("mic")}<desk-meter .source=${(l: Levels) => desk.onLevels(l)}></desk-meter></div>
      </div>
    </div>
    <div class="ways" role="group" aria-label="Out of the call">
      ${button({ name: "leave", label: "Leave", icon: "leave", shape: "wide", chord: "6", hint: "You are out; the call goes on",
        click: () => desk.unwatch() })}
    </div>
  </section>`;
}
