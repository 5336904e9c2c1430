/**
 * Decodes the line's settings, as decode.ts does the rest. They are saved as a whole, so what this page does not know
 * stays in them, and what it cannot read is refused as a whole: it would be lost with the next save.
 */
import { count, list, name, object, or, party, string, time, type Decode } from "./decode.js";
import type { LineSettings, Music, Settings, SettingsVersion } from "./types.js";

type Raw = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): boolean => value === undefined || typeof value === "string";
const isFlag = (value: unknown): boolean => value === undefined || typeof value === "boolean";

const music = object<Music>({ id: name, pieces: count, millis: count }, { name });

const areSpans = (value: unknown): boolean => value === undefined || (Array.isArray(value)
  && value.every((s) => isObject(s) && typeof s.from === "string" && typeof s.to === "string"));
const isWeek = (value: unknown): boolean => value === undefined || (isObject(value) && Object.values(value).every(areSpans));
const areHolidays = (value: unknown): boolean => value === undefined || (Array.isArray(value)
  && value.every((h) => isObject(h) && typeof h.date === "string" && areSpans(h.open)));
const areTexts = (value: unknown): boolean => value === undefined || (Array.isArray(value)
  && value.every((v) => typeof v === "string"));
const isEmergency = (value: unknown): boolean => value === undefined || (isObject(value) && isFlag(value.closed)
  && isFlag(value.endWaits) && isText(value.message));

const isVoicemail = (value: unknown): boolean => value === undefined || (isObject(value) && isFlag(value.closed)
  && isFlag(value.longestWait) && isFlag(value.nobodyOnline) && isText(value.words));

const isCount = (value: unknown): boolean => value === undefined || (Number.isInteger(value) && (value as number) >= 0);
const isQuestion = (value: unknown): boolean => value === undefined || (isObject(value) && isCount(value.ahead)
  && isCount(value.every) && isFlag(value.keep));

const isMusic = (value: unknown): boolean => value === undefined || music(value, {}) !== undefined;

const KNOWN: Record<keyof Settings, (value: unknown) => boolean> = {
  name: isText, zone: isText, hours: isWeek, holidays: areHolidays, emergency: isEmergency, greeting: isText,
  waiting: isText, lastWords: isText, closedMessage: isText, codes: areTexts, music: isMusic, language: isText, voice: isText,
  voicemail: isVoicemail, question: isQuestion,
};

const settings: Decode<Settings> = (value) =>
  isObject(value) && Object.entries(KNOWN).every(([field, fits]) => fits(value[field])) ? (value as Settings) : undefined;

const languages = or(list(object<LineSettings["languages"][number]>(
  { language: string, voices: or(list(string), () => []) }, {})), () => []);

const current = object<LineSettings>({
  version: count, settings, languages,
  open: (value) => (typeof value === "boolean" ? value : undefined),
}, { at: time, by: party });

const version = object<SettingsVersion>({ version: count, settings }, { at: time, by: party });

export const decodeSettings = (value: unknown): LineSettings | null => current(value, {}) ?? null;
export const decodeVersions = (value: unknown): readonly SettingsVersion[] | null =>
  object<{ versions: SettingsVersion[] }>({ versions: list(version) }, {})(value, {})?.versions ?? null;
/** What an upload has answered. */
export const decodeMusic = (value: unknown): Music | null => object<{ music: Music }>({ music }, {})(value, {})?.music ?? null;
