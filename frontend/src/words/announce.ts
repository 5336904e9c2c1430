/**
 * What screen readers are told when the page changes. Urgent is for an incoming call, a lost connection and a
 * failure only; everything else waits its turn; the ticking timers are never spoken.
 */
import type { Said, State } from "../state/state.js";
import { hearing, LATE, overdueWords, stateWords, targetWords } from "./call.js";
import { phoneNumber } from "./number.js";
import { callOutcome } from "./outcome.js";
import { problemWords } from "./problem.js";
import { presenceWord } from "./agent.js";
import { deviceWords } from "./voice.js";

export function announcement(before: State, now: State): Partial<Said> | null {
  const urgent = urgentWords(before, now);
  const polite = politeWords(before, now);
  if (!urgent && !polite) return null;
  return { ...(urgent ? { urgent } : {}), ...(polite ? { polite } : {}) };
}

function urgentWords(before: State, now: State): string {
  if (now.screen.is === "ringing" && before.screen.is !== "ringing") {
    const { ring } = now.screen.leg;
    return `Incoming call from ${phoneNumber(ring.number)}${ring.by ? `, transferred by ${ring.by}` : ""}`;
  }
  if (now.refusal && now.refusal !== before.refusal) return problemWords(now.refusal.problem);
  if (now.leg?.phase === "reconnecting" && before.leg?.phase === "open") return "Connection lost. Reconnecting.";
  if (now.wants && now.device.is === "lost" && before.device.is !== "lost") return `Phone line lost. ${deviceWords(now.device.why)}`;
  if (now.apiDownAt && !before.apiDownAt) return "The server cannot be reached.";
  if (now.screen.is === "fatal" && before.screen.is !== "fatal") return now.screen.why;
  const lost = (s: State["screen"]): boolean => s.is === "rejoin" && s.why !== "elsewhere";
  if (lost(now.screen) && !lost(before.screen)) return "You were cut off from the caller.";
  if (now.notice && now.notice !== before.notice && now.notice.tone === "bad") return now.notice.text;
  return "";
}

function politeWords(before: State, now: State): string {
  const b = before.screen;
  const n = now.screen;
  if (n.is === "in-call") {
    const was = b.is === "in-call" ? sayCall(b.call, b.leg.muted) : "";
    const is = sayCall(n.call, n.leg.muted);
    if (is !== was) return is;
  }
  if (n.is === "connecting" && n.late && !(b.is === "connecting" && b.late)) return LATE;
  const outcome = now.recent[0]?.outcome ?? "";
  if (n.is === "ended" && n.settled && (b.is !== "ended" || !b.settled || before.recent[0]?.outcome !== outcome)) {
    return callOutcome(outcome, now.recent[0]?.with ?? "");
  }
  if (n.is === "idle" && (b.is !== "idle" || b.status !== n.status)) return `You are ${presenceWord(n.status).toLowerCase()}.`;
  if (n.is === "rejoin" && n.why === "elsewhere" && (b.is !== "rejoin" || b.why !== n.why)) return "You are in a call on another page.";
  if (before.device.is === "lost" && now.device.is === "registered") return "Phone line is back.";
  if (before.leg?.phase === "reconnecting" && now.leg?.phase === "open") return "Connected again.";
  if (before.apiDownAt && !now.apiDownAt) return "The server answers again.";
  if (now.notice && now.notice !== before.notice && now.notice.tone !== "bad") return now.notice.text;
  return "";
}

function sayCall(call: Parameters<typeof hearing>[0], muted: boolean): string {
  const { callerWords, you } = hearing(call, muted);
  const target = call.transfer && call.state !== "talking" ? targetWords(call) : call.transfer?.outcome ? targetWords(call) : "";
  return [`${stateWords(call)}. The caller ${callerWords}.`, you && `${you}.`, overdueWords(call), target].filter(Boolean).join(" ");
}
