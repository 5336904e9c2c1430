/** The line's settings in words. */
import type { LineSettings, Problem, Settings } from "../contract/types.js";
import type { Asked, Day, Field, Meanwhile, MessageTimes } from "../state/settings.js";
import { hoursWords } from "./hours.js";
import { recordsProblem } from "./problem.js";
import { dayAndTime, ownZone } from "./zone.js";

export const DAY_WORDS: Record<Day, string> = {
  monday: "Monday", tuesday: "Tuesday", wednesday: "Wednesday", thursday: "Thursday", friday: "Friday",
  saturday: "Saturday", sunday: "Sunday",
};

export const FIELD_WORDS: Record<Field, string> = {
  name: "Name of the line", zone: "Time zone", hours: "Opening hours", holidays: "Holidays", language: "Language",
  voice: "Voice", greeting: "Greeting", waiting: "Words in the line", lastWords: "Last words",
  closedMessage: "Closed message", emergencyMessage: "Emergency message", codes: "Codes",
  music: "Music", messageTimes: "Messages", messageWords: "Words before a message",
  askAhead: "Ask on arrival", askEvery: "Ask in the line", askKeep: "Keeping a place",
};

/** Who is asked for a message. */
export const MESSAGE_WORDS: Record<keyof MessageTimes, string> = {
  closed: "Callers while the line is closed", longestWait: "Callers who have waited as long as they may",
  nobodyOnline: "Callers while no agent is online",
};

export const fieldList = (fields: readonly Field[]): string => and(fields.map((f) => FIELD_WORDS[f]));

function and(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${last}` : last;
}

const LANGUAGES: Record<string, string> = { en: "English", de: "German", es: "Spanish", fr: "French" };
export const languageWord = (code: string): string => LANGUAGES[code] ?? code;

/** "Polly.Vicki-Neural" as "Vicki, neural". */
export const voiceWord = (voice: string): string => voice.replace(/^[^.]*\./, "").replace("-", ", ").toLowerCase()
  .replace(/^./, (c) => c.toUpperCase());

/** "Erin, today 14:05". */
export function savedBy(of: { readonly by?: { readonly name: string }; readonly at?: string }, now: number): string {
  const when = of.at ? dayAndTime(Date.parse(of.at), now, ownZone()) : "";
  return [of.by?.name ?? "A script", when].filter(Boolean).join(", ");
}

/** What the line does now; `until` is when its hours change that, if the server has said so. */
export function lineWords(view: LineSettings, until: string | undefined, now: number): string {
  const { emergency } = view.settings;
  if (emergency?.closed) {
    return emergency.endWaits ? "Closed by the emergency switch. Nobody may wait in the line."
      : "Closed by the emergency switch. Who was in the line may wait.";
  }
  return `${hoursWords({ open: view.open, ...(until ? { until } : {}) }, now)}.`;
}

/** What callers hear of a line that is closed. */
export function closedWords(s: Settings, emergency: boolean): string {
  const own = (emergency && s.emergency?.message) || s.closedMessage;
  return own ? `“${own}”, and a goodbye` : "that the line is closed, and a goodbye";
}

/** What other supervisors have saved while something was changed here. */
export function meanwhileWords({ by, at, theirs, both }: Meanwhile, now: number): string {
  const who = savedBy({ by: { name: and(by.map((name) => name || "somebody")) }, at }, now);
  const kept = both.length
    ? `${fieldList(both)} ${both.length > 1 ? "are" : "is"} changed by you, too: the fields show yours, and saving puts yours in place of theirs.`
    : "Yours are in other fields, and stay.";
  return `Meanwhile ${who} ${by.length > 1 ? "have" : "has"} changed ${fieldList(theirs)}. Nothing that you have typed is lost. ${kept}`;
}

/** Why the form was not saved. */
export function saveProblem(problem: Problem): string {
  switch (problem.slug) {
    case "settings-changed": return "Not saved: another supervisor was faster. Look at what has changed, and save again.";
    case "unreachable":
    case "timeout":
    case "unavailable": return `${recordsProblem(problem)} It is not known whether this was saved; saving again does no harm.`;
    default: return recordsProblem(problem);
  }
}

/** A refusal at its field: "Not a time like 09:00." */
export const refusalWords = (why: string): string =>
  why ? `${why.slice(0, 1).toUpperCase()}${why.slice(1)}${/[.!?]$/.test(why) ? "" : "."}` : "The server does not accept this.";

export const ASKED_WORDS: Record<Asked["is"], string> = {
  close: "Close the line", open: "Open the line again", "end-waits": "End the waits", back: "Bring back",
};
