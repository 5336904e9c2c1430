/**
 * The agent's last calls. The server's list is the truth and has the calls that were missed, on every computer; what this
 * page saw itself stands in while the server's list is not there yet, and adds words that a server of the release before does not have.
 */
import type { LastCall } from "../contract/types.js";
import { phoneNumber } from "../words/number.js";
import type { RecentCall, State } from "./state.js";

/** The end of a call as the server and as this page saw it. */
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
    };
  });
  const newest = calls[0]?.endedAt ?? 0;
  const notYetTold = unknown.filter((own) => own.endedAt > newest + SAME_END_MS);
  return [...notYetTold, ...calls].slice(0, SHOWN);
}

const same = (own: RecentCall, told: LastCall): boolean => (told.call ? own.id === told.call : own.number === told.caller);

/**
 * Of what this page saw and what the server says, the better word. The page knows what the agent has pressed; whose end
 * took all legs along, and what became of a caller who was left while a colleague was rung, only the server knows. But
 * it takes that leaving itself for a loss.
 */
export function outcomeOf(own: string, told: string): string {
  if (own === "") return told;
  const better = own === "left-ringing" ? told !== "lost" : (own === "transferred" || own === "cut-off") && told === "caller-left";
  return better ? told : own;
}

/** An offer that was not answered has no length. */
function talked(call: LastCall): boolean {
  return !call.rang && call.outcome !== "no-answer" && call.outcome !== "declined";
}
