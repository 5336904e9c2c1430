/**
 * What a ringing leg says before it is answered: the custom parameters that the server gives the leg. They are small,
 * each may be missing, and they are shown as text only. The snapshot says the same a moment later.
 */
import type { RingInfo } from "../state/state.js";

/** The ring time when the leg does not say: the template's default. */
const RING_SECONDS = 20;

function first(params: ReadonlyMap<string, string>, ...names: string[]): string {
  for (const name of names) {
    const value = params.get(name);
    if (value) return value;
  }
  return "";
}

export function ringInfo(params: ReadonlyMap<string, string>, stirVerified: boolean): RingInfo {
  const waiting = first(params, "waited", "waiting", "since");
  const seconds = Number(first(params, "ring", "seconds"));
  return {
    conference: first(params, "conference", "id"),
    number: first(params, "caller", "number"),
    verified: stirVerified || first(params, "verified") === "true",
    waiting: Number.isNaN(Date.parse(waiting)) ? "" : waiting,
    by: first(params, "by"),
    kind: first(params, "kind"),
    note: first(params, "note").slice(0, 200),
    watch: first(params, "watch") !== "",
    place: first(params, "place") !== "",
    asked: first(params, "asked"),
    seconds: seconds > 0 && seconds <= 120 ? seconds : RING_SECONDS,
  };
}
