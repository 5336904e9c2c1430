/** A message in words: its state, why the caller was asked for it, and why an act was refused. */
import type { MessageAction, Problem, VoiceMessage } from "../contract/types.js";
import { recordsProblem } from "./problem.js";

export function messageState({ state, by, left }: VoiceMessage, self: string): string {
  const who = by?.id === self ? "you" : by?.name ?? "somebody";
  switch (state) {
    case "new": return "New";
    case "taken": return left && who !== "you" ? `Taken by ${who}, who is not there any more` : `Taken by ${who}`;
    case "done": return `Done by ${who}`;
  }
}

const WHY: Record<string, string> = {
  closed: "The line was closed", abandoned_by_policy: "Waited too long", "nobody-online": "Nobody was online",
  message: "Did not want to wait",
};

export const messageWhy = ({ why }: VoiceMessage): string => WHY[why ?? ""] ?? "";

const DOING: Record<MessageAction, string> = { take: "Take", release: "Give back", done: "Done" };

export const messageAct = (action: MessageAction): string => DOING[action];

export function messageProblem(problem: Problem): string {
  switch (problem.slug) {
    case "message-taken":
      return `${problem.detail || "Somebody else"} ${problem.reason === "done" ? "has done this already" : "has taken this message"}.`;
    case "no-message": return "This message is not there any more.";
    default: return recordsProblem(problem);
  }
}
