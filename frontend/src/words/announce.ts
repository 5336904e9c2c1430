/**
 * What screen readers are told when the page changes. Only an incoming call, a lost connection and a failure are
 * assertive; everything else is polite; the running timers are never announced.
 */
import type { Call } from "../contract/types.js";
import { known } from "../state/known.js";
import { restOf, restUntil } from "../state/rest.js";
import { ringsForPlace } from "../state/screen.js";
import type { Said, Screen, State } from "../state/state.js";
import { hearing, LATE, overdueWords, stateWords, targetNow } from "./call.js";
import { knownHereWords } from "./known.js";
import { messageState } from "./message.js";
import { phoneNumber } from "./number.js";
import { callOutcome } from "./outcome.js";
import { noteState } from "./note.js";
import { problemWords, recordsProblem } from "./problem.js";
import { meanwhileWords, refusalWords, saveProblem } from "./settings.js";
import { spokenDuration } from "./time.js";
import { deviceWords } from "./voice.js";
import { supervisorsWords, watchingWords } from "./watch.js";

export function announcement(before: State, now: State): Partial<Said> | null {
  const urgent = urgentWords(before, now);
  const polite = politeWords(before, now);
  if (!urgent && !polite) return null;
  return { ...(urgent ? { urgent } : {}), ...(polite ? { polite } : {}) };
}

function urgentWords(before: State, now: State): string {
  if (now.screen.is === "ringing" && before.screen.is !== "ringing") {
    const { ring } = now.screen.leg;
    if (ringsForPlace(now.screen)) return `A kept place, ${phoneNumber(ring.number)}. Answer, and the number is called.`;
    return `Incoming call from ${phoneNumber(ring.number)}${ring.by
      ? `, ${ring.kind === "queue" ? "given back" : "transferred"} by ${ring.by}`
      : ""}`;
  }
  if (now.refusal && now.refusal !== before.refusal) return problemWords(now.refusal.problem);
  if (now.leg?.phase === "reconnecting" && before.leg && now.leg.lost !== before.leg.lost
    && before.leg.lost !== "both") {
    return now.leg.lost === "sound" ? "The sound is interrupted. Reconnecting." : "Connection lost. Reconnecting.";
  }
  if (now.wants && now.device.is === "lost" && before.device.is !== "lost") {
    return `Phone line lost. ${deviceWords(now.device.why)}`;
  }
  if (now.apiDownAt && !before.apiDownAt) return "The server cannot be reached.";
  if (now.screen.is === "fatal" && before.screen.is !== "fatal") return now.screen.why;
  if ((now.wrapUp?.codeMissed ?? 0) > (before.wrapUp?.codeMissed ?? 0)) return "Choose a code first.";
  const { problem } = now.history;
  if (problem && problem !== before.history.problem) return recordsProblem(problem);
  const { refused, failed } = now.settings;
  if (refused && refused !== before.settings.refused) return `Not saved. ${refusalWords(refused.why)}`;
  if (failed && failed !== before.settings.failed) return saveProblem(failed);
  const lost = (s: State["screen"]): boolean => s.is === "rejoin" && s.why !== "elsewhere";
  if (lost(now.screen) && !lost(before.screen)) return "You were cut off from the caller.";
  if (now.notice && now.notice !== before.notice && now.notice.tone === "bad") return now.notice.text;
  return "";
}

function politeWords(before: State, now: State): string {
  const was = before.snapshot?.hours;
  const is = now.snapshot?.hours;
  const { meanwhile } = now.settings;
  if (meanwhile && meanwhile !== before.settings.meanwhile) return meanwhileWords(meanwhile, Date.parse(now.snapshot?.at ?? meanwhile.at));
  if (was && is && was.open !== is.open) return is.open ? "The line is open." : "The line is closed for new callers.";
  const b = before.screen;
  const n = now.screen;
  if (n.is === "in-call") {
    const was = b.is === "in-call" ? sayCall(before, b) : "";
    const is = sayCall(now, n);
    const supervisors = supervisorsSaid(b.is === "in-call" ? b.call : null, n.call);
    if (is !== was || supervisors) return [supervisors, is === was ? "" : is].filter(Boolean).join(" ");
  }
  if (n.is === "watching") {
    const words = watchingWords(n.watching, "the agent");
    if (b.is !== "watching" || words !== watchingWords(b.watching, "the agent")) return words;
  }
  if (n.is === "connecting" && n.late && !(b.is === "connecting" && b.late)) return LATE;
  const outcome = now.recent[0]?.outcome ?? "";
  if (n.is === "ended" && n.settled && (b.is !== "ended" || !b.settled || before.recent[0]?.outcome !== outcome)) {
    return [callOutcome(outcome, now.recent[0]?.with ?? ""), restWords(now)].filter(Boolean).join(". ");
  }
  const rest = restOf(now);
  const atRest = n.is === "idle" || (n.is === "ended" && n.settled);
  if (atRest && rest !== "asking" && (restOf(before) !== rest || (n.is === "idle" && b.is !== "idle"))) {
    return restOf(before) === "automatic" && rest === "none"
      ? "The wrap-up is over. Calls ring here again."
      : restWords(now);
  }
  if (n.is === "rejoin" && n.why === "elsewhere" && (b.is !== "rejoin" || b.why !== n.why)) {
    return "You are in a call on another page.";
  }
  if (before.device.is === "lost" && now.device.is === "registered") return "Phone line is back.";
  if (before.leg?.phase === "reconnecting" && now.leg?.phase === "open") return "Connected again.";
  if (before.apiDownAt && !now.apiDownAt) return "The server answers again.";
  if (now.notice && now.notice !== before.notice && now.notice.tone !== "bad") return now.notice.text;
  return recordWords(before, now);
}

/** What supervisors do in the call, if that has changed. */
function supervisorsSaid(before: Call | null, now: Call): string {
  const is = supervisorsWords(now).join(" ");
  const was = before ? supervisorsWords(before).join(" ") : "";
  return is === was ? "" : is || "The supervisor has left the call.";
}

/** What has become of the message that was pressed; a refusal is a notice. */
function messageWords(before: State, now: State): string {
  const self = now.snapshot?.agent.id ?? "";
  const state = (of: State, id: string): string => {
    const message = of.messages.list.find((m) => m.id === id);
    return message ? messageState(message, self) : "";
  };
  const over = Object.keys(before.messages.acts).find((id) => !now.messages.acts[id] && state(now, id) !== state(before, id));
  return over && state(now, over) ? `Message: ${state(now, over)}.` : "";
}

/** What has come of the records: a known caller, a list, a note that is not saved. */
function recordWords(before: State, now: State): string {
  const message = messageWords(before, now);
  if (message) return message;
  const known = now.caller === before.caller ? null : knownHereWords(now);
  if (known) return [known.name, known.calls, known.note].filter(Boolean).join(". ");
  const { calls, cursor, loading, problem } = now.history;
  if (before.history.loading && !loading && !problem) {
    if (calls.length === 0) return cursor ? "Nothing found so far." : "No call found.";
    return `${calls.length} ${calls.length === 1 ? "call" : "calls"}${cursor ? ", and there may be more" : ""}.`;
  }
  for (const [call, draft] of Object.entries(now.notes)) {
    const said = noteState(draft);
    if (draft.open && said.tone === "bad" && noteState(before.notes[call]).words !== said.words) return said.words;
  }
  return "";
}

/** The agent's presence outside a call, and whether calls ring. */
function restWords(state: State): string {
  switch (restOf(state)) {
    case "none":
      return "You are available.";
    case "away":
      return "You are away. No calls ring here.";
    case "chosen":
      return "You are in wrap-up. No calls ring here until you are available again.";
    case "automatic": {
      const until = restUntil(state);
      const left = until ? until - Date.parse(state.snapshot!.at) : 0;
      return left > 0 ? `You are in wrap-up. Calls ring here again in ${spokenDuration(left)}.` : "You are in wrap-up.";
    }
    case "asking":
      return "";
  }
}

function sayCall(state: State, { call, leg: { muted } }: Extract<Screen, { is: "in-call" }>): string {
  const { callerWords, you } = hearing(call, muted, known(state));
  const open = call.transfer && (call.state !== "talking" || call.transfer.outcome);
  const target = open ? targetNow(call, known(state)) : "";
  return [`${stateWords(call)}. The caller ${callerWords}.`, you && `${you}.`, overdueWords(call),
    target].filter(Boolean).join(" ");
}
