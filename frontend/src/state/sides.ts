/** What the second column can show, and what its tabs count. */
import type { CallRules } from "../contract/types.js";
import type { Side, State } from "./state.js";

/**
 * The history is among them until it is known that no records are kept, so that nothing moves when the server says what
 * it keeps; the messages are if the line takes some; the team's view and the line's settings are for supervisors.
 */
export function sidesOf(rules: CallRules | null): readonly Side[] {
  const all: Side[] = ["colleagues"];
  if (rules?.messages) all.push("messages");
  if (rules?.records !== false) all.push("history");
  if (rules?.supervisor) all.push("team", "line");
  return all;
}

/** How many messages nobody takes care of: by the list while it is shown whole, which is newer, or else by the server's count. */
export function newMessages({ side, messages, snapshot }: State): number {
  return side === "messages" && messages.known && !messages.cursor
    ? messages.list.filter((m) => m.state === "new").length : snapshot?.newMessages ?? 0;
}
