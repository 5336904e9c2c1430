/** Which screen follows from the facts. The order of the questions is the order of importance. */
import type { Call } from "../contract/types.js";
import type { Leg, Screen, State } from "./state.js";

/** How long after the end of a leg the server may still be taking in whose end it was: the agent's, or the caller's. */
export const SETTLE_MS = 2000;

/** How long after its line is open a call may take to be known to the server; it is there within a second or two. */
const LATE_MS = 8000;

/** How long a caller who was lost here is expected back: the server keeps her 20 s for this agent, and needs ~35 s to notice. */
export const REJOIN_FOR_MS = 60_000;

/** The call of the snapshot in which this agent has answered; an offer is not his yet. */
export function ownCall(state: State): Call | null {
  const call = state.snapshot?.call ?? null;
  return call && call.role !== "offered" ? call : null;
}

/**
 * Since when this agent is in the call, in server time: what the server noted, so that neither a fresh leg nor this
 * computer's clock starts it anew. A call that he has handed over or left before begins again.
 */
export function inCallSince(state: State, leg: Leg, call: Call): number {
  const self = state.snapshot?.agent.id ?? "";
  let since = "";
  for (const h of call.history) {
    if (h.what === "answer" && h.agent === self) since ||= h.at;
    else if ((h.what === "completed" && h.by === self) || (h.what === "target-left" && h.agent === self)) since = "";
  }
  return since ? Date.parse(since) : leg.since + state.skew;
}

/** The server's view of what rings here, if it has one. */
export function offeredCall(state: State): Call | null {
  const call = state.snapshot?.call ?? null;
  return call && call.role === "offered" ? call : null;
}

const WITH_COLLEAGUES: readonly Screen["is"][] = ["offline", "idle", "ringing", "connecting", "in-call", "ended"];

/** Has the list of colleagues beside it. It stays through a ring, so that nobody who is typing loses the field. */
export function showsColleagues(screen: Screen): boolean {
  return WITH_COLLEAGUES.includes(screen.is);
}

export function screenOf(state: State): Screen {
  if (state.fatal) return { is: "fatal", why: state.fatal };
  // A live leg comes before everything: neither a lost sign-in nor another tab takes a call off the screen.
  if (state.leg) return legScreen(state, state.leg);
  if (state.session === "starting") return { is: "loading" };
  if (state.session !== "signed-in") return { is: "signed-out", why: state.signedOutWhy };
  if (state.tab !== "here") return { is: "other-tab", inCall: state.tab === "elsewhere-in-call" };
  const { microphone } = state;
  if (microphone === "denied" || microphone === "absent" || microphone === "taken") {
    return { is: "microphone-help", why: microphone };
  }
  if (!state.snapshot) return { is: "loading" };
  return afterCall(state) ?? atRest(state);
}

function legScreen(state: State, leg: NonNullable<State["leg"]>): Screen {
  if (leg.phase === "ringing") return { is: "ringing", leg, call: offeredCall(state) };
  const call = ownCall(state);
  const same = call && (leg.ring.conference === "" || leg.ring.conference === call.id);
  if (call && same && leg.phase !== "answering") return { is: "in-call", leg, call };
  // The server has ended the call and will take this leg away in a moment: the last known call, as ended.
  if (state.lastCall && leg.phase !== "answering") {
    return { is: "in-call", leg, call: { ...state.lastCall, state: "ended", held: [], actions: [] } };
  }
  return { is: "connecting", leg, call: offeredCall(state), late: isLate(state, leg) };
}

/** By the server's clock, or at once if it cannot be reached: then nothing it says is to be waited for. */
function isLate(state: State, leg: Leg): boolean {
  if (leg.phase === "reconnecting") return true;
  if (leg.phase !== "open" || !state.snapshot) return false;
  return state.apiDownAt > 0 || Date.parse(state.snapshot.at) - state.skew - leg.since >= LATE_MS;
}

/** The card after a call that ended here, or is to be taken up again; null if there was none. */
function afterCall(state: State): Screen | null {
  const { closing, rejoin, snapshot } = state;
  const own = ownCall(state);
  if (closing) {
    const waited = snapshot === null ? -1 : Date.parse(snapshot.at) - closing.at - state.skew;
    const told = (state.recent[0]?.outcome ?? "") !== "" || waited >= SETTLE_MS;
    const stillIn = own !== null && own.id === closing.call?.id;
    const settled = closing.deliberate || (waited >= 0 && !stillIn && told);
    if (!closing.deliberate && waited >= SETTLE_MS && stillIn) {
      const elsewhere = waited > REJOIN_FOR_MS && !rejoin; // no loss takes the server so long to notice
      return elsewhere ? { is: "rejoin", why: "elsewhere", asked: false } : { is: "rejoin", why: "cut", asked: rejoin?.asked ?? false };
    }
    if (!rejoin) return { is: "ended", closing, settled };
  }
  if (rejoin) return { is: "rejoin", why: closing ? "cut" : "reload", asked: rejoin.asked };
  if (own) return { is: "rejoin", why: "elsewhere", asked: false };
  return null;
}

function atRest(state: State): Screen {
  const open = state.device.is === "registered" || state.device.is === "lost";
  if (!state.wants || !open || !state.snapshot) return { is: "offline" };
  return { is: "idle", status: state.choosing || state.snapshot.agent.status };
}
