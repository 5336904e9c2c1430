/**
 * Whether calls may ring here after a call, and from when: the automatic wrap-up, and the wrap-up that the agent
 * chooses.
 */
import type { State } from "./state.js";

/** `asking`: the server has not said yet what the agent's status is after the call. */
export type Rest = "asking" | "automatic" | "chosen" | "away" | "none";

export function restOf(state: State): Rest {
  const { snapshot, closing } = state;
  if (!snapshot) return "asking";
  const { agent } = snapshot;
  const status = state.choosing || agent.status;
  if (status !== "available") return status === "away" ? "away" : "chosen";
  if (state.choosing) return "none";
  const older = closing !== null && Date.parse(snapshot.at) - state.skew < closing.at;
  if (older || state.apiDownAt > 0 || agent.presence === "busy") return "asking";
  return agent.presence === "wrap-up" ? "automatic" : "none";
}

/**
 * When the automatic wrap-up ends, in server time; 0 if none runs, or a server of the previous release does not say.
 */
export function restUntil(state: State): number {
  const until = state.snapshot?.agent.wrapUpUntil;
  return until && restOf(state) === "automatic" ? Date.parse(until) : 0;
}

/** Since when the agent has the shown presence, in server time; 0 while a choice is not confirmed. */
export function presenceSince(state: State): number {
  const agent = state.snapshot?.agent;
  return !agent || state.choosing ? 0 : Date.parse(agent.presenceSince ?? agent.since);
}
