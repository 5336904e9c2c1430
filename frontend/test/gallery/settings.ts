/** The states of the line's settings. */
import type { LineSettings, Settings } from "../../src/contract/types.js";
import type { Event } from "../../src/state/event.js";
import { iso, RULES, settingsAt, snapshotAt } from "../fixtures.js";
import { online, type Scene } from "./scenes.js";

const opened: readonly Event[] = [{ type: "rules", rules: { ...RULES, supervisor: true } }, { type: "side", side: "line" }];
const CLOSED: Partial<Settings> = { emergency: { closed: true, message: "The house is being evacuated." } };

const shown = (now: number, view: LineSettings, more: readonly Event[] = []): Event[] => [
  ...online(now, snapshotAt(now, { line: { count: 2, more: false }, hours: { open: view.open,
    ...(view.settings.hours && view.open ? { until: iso(now + 9_000_000) } : {}) } })),
  ...opened, { type: "settings-view", view }, ...more];

const office = (now: number, more: readonly Event[] = []): Event[] => shown(now, settingsAt(now - 86_400_000), more);
const typed: Event = { type: "settings-typed", edits: { greeting: "Good morning, this is Example Telephone.",
  closedMessage: "x".repeat(510), hours: { monday: [{ from: "09:00", to: "12:30" }, { from: "11:00", to: "17:00" }] } } };
const refused = (field: string, detail: string): Event =>
  ({ type: "settings-refused", problem: { slug: "settings-refused", status: 422, title: "", field, detail } });

export const settingsScenes: readonly Scene[] = [
  { name: "line-looking", events: (now) => [...online(now), ...opened] },
  { name: "line-unset", events: (now) => shown(now, { ...settingsAt(now), version: 0, settings: {} }) },
  { name: "line-office", events: (now) => office(now) },
  { name: "line-changed", events: (now) => office(now, [typed]) },
  { name: "line-saving", events: (now) => office(now, [typed, { type: "settings-do", doing: "save" }]) },
  { name: "line-refused-hours", events: (now) => office(now, [typed,
    refused("hours.monday[1].from", "overlaps the hours before it, or is out of order")]) },
  { name: "line-refused-text", events: (now) => office(now, [typed, refused("closedMessage", "at most 500 characters")]) },
  { name: "line-refused-date", events: (now) => office(now, [
    { type: "settings-typed", edits: { holidays: [{ date: "" }, { date: "2026-12-24", open: [{ from: "9", to: "" }] }] } },
    refused("holidays[0].date", "not a date like 2026-12-25")]) },
  { name: "line-own-music", events: (now) => shown(now, settingsAt(now, { music: { id: "0123456789abcdef0123456789abcdef",
    pieces: 12, millis: 11_800, name: "A rather long name of a file of the Vienna waltz orchestra.mp3" } })) },
  { name: "line-question", events: (now) => shown(now, settingsAt(now, { question: { ahead: 5, every: 4, keep: true } }),
    [refused("question.every", "0 to 60 minutes")]) },
  { name: "line-sending-music", events: (now) => office(now, [{ type: "settings-do", doing: "music" }]) },
  { name: "line-refused-music", events: (now) => office(now, [refused("music", "it lasts 1h2m0s; at most 3m0s")]) },
  { name: "line-refused-all", events: (now) => office(now, [typed,
    refused("settings", "all settings together have more than 3600 bytes")]) },
  { name: "line-unreachable", events: (now) => office(now, [typed,
    { type: "settings-refused", problem: { slug: "unreachable", status: 0, title: "" } },
    { type: "settings-failed", problem: { slug: "unreachable", status: 0, title: "" } }]) },
  { name: "line-meanwhile", events: (now) => office(now, [typed, { type: "settings-view",
    view: settingsAt(now, { greeting: "Hello.", name: "Other Telephone" }, 4) }]) },
  { name: "line-always-closed", events: (now) => shown(now, settingsAt(now, { hours: {}, holidays: [], language: "de" })) },
  { name: "line-emergency", events: (now) => shown(now, settingsAt(now, CLOSED)) },
  { name: "line-emergency-waits", events: (now) => shown(now,
    settingsAt(now, { emergency: { closed: true, endWaits: true } })) },
  { name: "line-closing", events: (now) => office(now, [{ type: "settings-ask", asked: { is: "close" } }]) },
  { name: "line-opening", events: (now) => shown(now, settingsAt(now, CLOSED),
    [{ type: "settings-ask", asked: { is: "open" } }]) },
  { name: "line-ending-waits", events: (now) => shown(now, settingsAt(now, CLOSED),
    [{ type: "settings-ask", asked: { is: "end-waits" } }]) },
  { name: "line-versions", events: (now) => office(now, [{ type: "settings-versions", versions: [
    settingsAt(now - 90_000_000, { greeting: "Hello." }, 2), { ...settingsAt(now - 200_000_000, CLOSED, 1) }] }]) },
  { name: "line-bringing-back", events: (now) => office(now, [{ type: "settings-ask",
    asked: { is: "back", version: settingsAt(now - 90_000_000, { greeting: "Hello.", codes: [] }, 2) } }]) },
];
