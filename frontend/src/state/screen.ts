/** Derives the screen from the facts. The order of the checks is the order of importance. */
import type { Call, Watching } from "../contract/types.js";
import { GIVES_AWAY } from "./leave.js";
import type { Leg, Screen, State } from "./state.js";

/** How long after the end of a leg the server may still be finding out who hung up: the agent or the caller. */
export const SETTLE_MS = 2000;

/** How long the server may take to know a call whose leg is open; normally one or two seconds. */
const LATE_MS = 8000;

/**
 * How long a caller lost here is expected back: the server keeps them for this agent for 20 s, and needs about 35 s to
 * notice the loss.
 */
export const REJOIN_FOR_MS = 60_000;

/** The call of the snapshot in which this agent has answered; an offer is not the agent's call yet. */
export function ownCall(state: State): Call | null {
  const call = state.snapshot?.call ?? null;
  return call && call.role !== "offered" ? call : null;
}

/** The id of the call that rings here or is in progress here; "" if there is none, or it is not known yet. */
export function currentCall({ leg, snapshot }: State): string {
  return leg ? leg.ring.conference || snapshot?.call?.id || "" : "";
}

/**
 * Since when this agent is in the call, in server time. It is the time that the server recorded, so neither a new leg
 * nor this computer's clock restarts it. A call that the agent has handed over or left before starts again.
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

/** Whether who rings here keeps a place, and is called after the answer; the leg says so before the snapshot does. */
export const ringsForPlace = ({ leg, call }: Extract<Screen, { is: "ringing" }>): boolean =>
  leg.ring.place || call?.state === "agent-first";

const WITH_COLLEAGUES: readonly Screen["is"][] = ["offline", "idle", "ringing", "connecting", "in-call", "watching", "ended"];

/**
 * Whether this screen has the list of colleagues beside it. A ring keeps it, so that an agent who is typing keeps the
 * field.
 */
export function showsColleagues(screen: Screen): boolean {
  return WITH_COLLEAGUES.includes(screen.is);
}

export function screenOf(state: State): Screen {
  if (state.fatal) return { is: "fatal", why: state.fatal };
  // A live leg comes first: neither a lost sign-in nor another tab removes a call from the screen.
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

/** The state in which the last known call is shown, by how the agent has left it. */
const after = (by: NonNullable<State["leaving"]>["by"] = "hang-up"): Call["state"] => by === "hang-up" ? "ended" : GIVES_AWAY[by].state;

function legScreen(state: State, leg: NonNullable<State["leg"]>): Screen {
  if (leg.ring.watch) return { is: "watching", leg, watching: watchingHere(state, leg) };
  // A page that calls back has asked for this leg, and answers it by itself.
  if (leg.phase === "ringing" && !leg.ring.asked) return { is: "ringing", leg, call: offeredCall(state) };
  const call = ownCall(state);
  const same = call && (leg.ring.conference === "" || leg.ring.conference === call.id);
  if (call && same && leg.phase !== "answering" && leg.phase !== "ringing") return { is: "in-call", leg, call };
  // The server has ended the call, or the agent has given it away, and this leg ends in a moment.
  if (state.lastCall && leg.phase !== "answering" && leg.phase !== "ringing") {
    return { is: "in-call", leg, call: { ...state.lastCall, state: after(state.leaving?.by), held: [], actions: [] } };
  }
  return { is: "connecting", leg, call: offeredCall(state), late: isLate(state, leg) };
}

/** The server's view of this page's leg in a call that a supervisor watches; null while it has none. */
function watchingHere({ snapshot }: State, { ring }: Leg): Watching | null {
  const watching = snapshot?.watching ?? null;
  return watching && (ring.conference === "" || ring.conference === watching.call) ? watching : null;
}

/** By the server's clock, or at once if the server cannot be reached, because then no answer will come. */
function isLate(state: State, leg: Leg): boolean {
  if (leg.phase === "reconnecting" || state.apiDownAt > 0) return true;
  if (leg.phase !== "open" || !state.snapshot) return false;
  return Date.parse(state.snapshot.at) - state.skew - leg.since >= LATE_MS;
}

/** The card after a call that ended here, or that may be rejoined; null if there was none. */
function afterCall(state: State): Screen | null {
  const { closing, rejoin, snapshot } = state;
  const own = ownCall(state);
  if (closing) {
    const waited = snapshot === null ? -1 : Date.parse(snapshot.at) - closing.at - state.skew;
    const told = (state.recent[0]?.outcome ?? "") !== "" || waited >= SETTLE_MS;
    const stillIn = own !== null && own.id === closing.call?.id;
    const settled = closing.deliberate || (waited >= 0 && !stillIn && told);
    if (!closing.deliberate && waited >= SETTLE_MS && stillIn) {
      const elsewhere = waited > REJOIN_FOR_MS && !rejoin; // the server never takes this long to notice a loss
      return elsewhere
        ? { is: "rejoin", why: "elsewhere", asked: false }
        : { is: "rejoin", why: "cut", asked: rejoin?.asked ?? false };
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
