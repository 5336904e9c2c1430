/** What the second column can show. */
import type { CallRules } from "../contract/types.js";
import type { Side } from "./state.js";

/**
 * The history is among them until it is known that no records are kept, so that nothing moves when the server says what
 * it keeps; the team's view and the line's
 * settings are for supervisors.
 */
export function sidesOf(rules: CallRules | null): readonly Side[] {
  const all: Side[] = ["colleagues"];
  if (rules?.records !== false) all.push("history");
  if (rules?.supervisor) all.push("team", "line");
  return all;
}
