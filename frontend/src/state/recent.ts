/**
 * The agent's last calls. The server's list is authoritative and includes missed calls, on every computer. The page's
 * own record is used until the server's list arrives, and adds outcomes that a server of the previous release does not
 * have.
 */
import type { LastCall } from "../contract/types.js";
import { phoneNumber } from "../words/number.js";
import type { RecentCall, State } from "./state.js";

/** One end of a call as the server and as this page saw it. */
const SAME_END_MS = 6000;
const SHOWN = 10;

export function recentCalls(state: State): readonly RecentCall[] {
  const told = state.snapshot?.agent.recent;
  if (!told) return state.recent;
  const unknown = [...state.recent];
  const calls = told.map((t): RecentCall => {
    const endedAt = Date.parse(t.at) - state.skew;
    const i = t.rang ? -1 : unknown.findIndex((own) => same(own, t) && Math.abs(own.endedAt - endedAt) < SAME_END_MS);
    const [own] = i < 0 ? [] : unknown.splice(i, 1);
    return {
      id: own?.id ?? t.at,
      number: t.caller,
      endedAt,
      talkedMs: talked(t) && t.began ? Date.parse(t.at) - Date.parse(t.began) : 0,
      outcome: outcomeOf(own?.outcome ?? "", t.outcome),
      with: own?.with || phoneNumber(t.with ?? "", ""),
      ...(t.rang ? { rang: true } : {}),
      ...(t.calledBack ? { back: true } : {}),
      ...(t.call ? { call: t.call } : {}),
    };
  });
  const newest = calls[0]?.endedAt ?? 0;
  const notYetTold = unknown.filter((own) => own.endedAt > newest + SAME_END_MS);
  return [...notYetTold, ...calls].slice(0, SHOWN);
}

const same = (own: RecentCall, told: LastCall): boolean =>
  told.call ? own.id === told.call : own.number === told.caller;

/**
 * Chooses between the page's outcome and the server's. The page knows what the agent pressed. Only the server knows
 * whose end closed all legs, and what became of a caller who was left while a target was rung; but it records that
 * leaving as a loss.
 */
export function outcomeOf(own: string, told: string): string {
  if (own === "") return told;
  const better = own === "left-ringing" || own === "transferring"
    ? told !== "lost"
    : (own === "transferred" || own === "cut-off") && told === "caller-left";
  return better ? told : own;
}

/** An offer that was not answered has no duration. */
function talked(call: LastCall): boolean {
  return !call.rang && call.outcome !== "no-answer" && call.outcome !== "declined";
}
