/** The verbs with which an agent gives the caller away and is out at once, and what the page shows of it until the server tells more. */
import type { Call } from "../contract/types.js";

export const GIVES_AWAY = {
  blind: { state: "ringing", outcome: "transferring" },
  requeue: { state: "waiting", outcome: "requeued" },
} as const satisfies Record<string, { readonly state: Call["state"]; readonly outcome: string }>;

export type GivesAway = keyof typeof GIVES_AWAY;

export const givesAway = (verb = ""): verb is GivesAway => Object.hasOwn(GIVES_AWAY, verb);
