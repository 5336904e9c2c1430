/** A supervisor in a call, in words: as its agents are told, and as the supervisor reads of themselves. */
import type { Call, Mode, Supervisor, Watching } from "../contract/types.js";
import { partyName } from "./number.js";

/** What is true now, as far as it is known: until the phone network has confirmed a change, what was before. */
const DOES: Record<Mode, (who: string, owner: string) => string> = {
  listen: (who) => `${who} listens to this call.`,
  coach: (who, owner) => `${who} coaches: only ${owner} can hear them.`,
  barge: (who) => `${who} talks: whoever is not on hold hears them.`,
};
const WILL: Record<Mode, string> = { listen: "listen", coach: "coach", barge: "talk to all" };

/** Each supervisor in an agent's call: "A supervisor listens", with their name. */
export function supervisorsWords(call: Call): readonly string[] {
  const mine = call.role === "owner" || call.role === "transferor";
  const owner = mine ? "you" : call.owner ? partyName(call.owner) : "the owner of the call";
  return (call.supervisors ?? []).map((s) => supervisorWords(s, owner));
}

export function supervisorWords({ name, mode, heard }: Supervisor, owner: string): string {
  const who = `Supervisor ${name}`;
  if (!heard) return `${who} is about to join this call.`;
  const now = DOES[heard](who, owner);
  return heard === mode ? now : `${now} They are about to ${WILL[mode]}.`;
}

/** What the supervisor's own voice does now. */
export function watchingWords(watching: Watching | null, owner: string): string {
  if (!watching?.heard) return "You are being put through.";
  if (watching.alone) return "The caller waits for an agent. You hear nobody, and nobody hears you.";
  const now = { listen: "Nobody hears you.", coach: `Only ${owner} hears you.`,
    barge: "Everybody who is not on hold hears you." }[watching.heard];
  return watching.settled || watching.heard === watching.mode ? now : `${now} ${NOT_YET[watching.mode]}`;
}

const NOT_YET: Record<Mode, string> = {
  listen: "The phone network has not muted you yet.",
  coach: "Coaching begins when the agent is on the line and not on hold.",
  barge: "The phone network has not let you speak yet.",
};

export const MODE_LABEL: Record<Mode, string> = { listen: "Listen", coach: "Coach", barge: "Barge in" };

export const modeHint = (mode: Mode, owner: string): string => ({
  listen: "You hear whoever is not on hold; nobody hears you",
  coach: `Only ${owner} hears you, not the caller`,
  barge: "Whoever is not on hold hears you, the caller too",
})[mode];
