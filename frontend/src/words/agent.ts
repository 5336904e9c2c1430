/** Words for presence and for why the server changed a status. */
import type { Agent, Presence } from "../contract/types.js";

const PRESENCE: Record<Presence | "unknown", string> = {
  available: "Available",
  away: "Away",
  "wrap-up": "Wrap-up",
  busy: "In a call",
  offline: "Offline",
  unknown: "Not known",
};

export function presenceWord(presence: Presence): string {
  return PRESENCE[presence];
}

/** What colleagues see: an agent who is being rung is not in the call yet. */
export function presenceOf(entry: { readonly presence: Presence | "unknown"; readonly rung?: boolean }): string {
  return entry.presence === "busy" && entry.rung ? "Being rung" : PRESENCE[entry.presence];
}

/** Why the agent's status is not what they have chosen; "" if it is. */
export function whyWords({ why, by, status }: Pick<Agent, "why" | "by" | "status">): string {
  if (by) return `${by} set you ${PRESENCE[status]}.`;
  if (why === "missed") return "You were set Away because calls rang here without an answer.";
  if (why === "unreachable") return "You were set Away because this page could not be rung.";
  return "";
}
