/**
 * The line's settings on the page of a supervisor: what the server has, and what is changed in the form and not saved.
 * A change is kept for each field by itself, over whatever the server has, so that nothing that was typed is lost when
 * another supervisor saves.
 */
import type { DayHours, LineSettings, Music, Problem, Settings, SettingsVersion } from "../contract/types.js";

export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Day = (typeof DAYS)[number];
export type Week = NonNullable<Settings["hours"]>;
export type Span = DayHours[number];
/** When a caller is asked to leave a message. */
export const MESSAGE_TIMES = ["closed", "longestWait", "nobodyOnline"] as const;
export type MessageTimes = Readonly<Record<(typeof MESSAGE_TIMES)[number], boolean>>;
export type Holiday = NonNullable<Settings["holidays"]>[number];

/** What the form holds, as it was typed. Codes are a text with one in each line; null hours are always open. */
export interface Fields {
  readonly name: string;
  readonly zone: string;
  readonly hours: Week | null;
  readonly holidays: readonly Holiday[];
  readonly language: string;
  readonly voice: string;
  readonly greeting: string;
  readonly waiting: string;
  readonly lastWords: string;
  readonly closedMessage: string;
  readonly emergencyMessage: string;
  readonly messageTimes: MessageTimes;
  readonly messageWords: string;
  /** Who is asked in the line: numbers as they were typed; "" is nobody. */
  readonly askAhead: string;
  readonly askEvery: string;
  readonly askKeep: boolean;
  readonly codes: string;
  /** Null is the usual music. */
  readonly music: Music | null;
}
export type Field = keyof Fields;

/** What a dialog asks before it is done. */
export type Asked = { readonly is: "close" | "open" | "end-waits" } | { readonly is: "back"; readonly version: SettingsVersion };

/** What other supervisors have saved while something was changed here. */
export interface Meanwhile {
  /** Each once; "" is a script. */
  readonly by: readonly string[];
  /** The last time. */
  readonly at: string;
  /** The fields that they have changed, and those of them that are changed here, too. */
  readonly theirs: readonly Field[];
  readonly both: readonly Field[];
}

export interface SettingsState {
  /** What was read last; null before the first answer. */
  readonly saved: LineSettings | null;
  /** Why the last reading failed; null if it did not. */
  readonly failing: Problem | null;
  readonly edits: Partial<Fields>;
  /** What is being saved: the form, or the act of a dialog. */
  readonly doing: "" | "save" | "music" | Asked["is"];
  /** The value that the server has refused. */
  readonly refused: { readonly field: string; readonly why: string } | null;
  /** Why the form was not saved, if it was not refused. */
  readonly failed: Problem | null;
  readonly meanwhile: Meanwhile | null;
  /** Null: not asked for. */
  readonly versions: readonly SettingsVersion[] | null;
  readonly asked: Asked | null;
}

/** What survives a reload: what is typed and not saved, over what it was typed, and what others have saved meanwhile. */
export type KeptSettings = Pick<SettingsState, "saved" | "edits" | "meanwhile">;

export const NO_SETTINGS: SettingsState = {
  saved: null, failing: null, edits: {}, doing: "", refused: null, failed: null, meanwhile: null, versions: null,
  asked: null,
};

export type SettingsEvent =
  | { readonly type: "settings-view"; readonly view: LineSettings }
  | { readonly type: "settings-failed"; readonly problem: Problem }
  | { readonly type: "settings-typed"; readonly edits: Partial<Fields> }
  | { readonly type: "settings-discarded" }
  | { readonly type: "settings-do"; readonly doing: SettingsState["doing"] }
  | { readonly type: "settings-saved"; readonly view: LineSettings; readonly edits: Partial<Fields> }
  | { readonly type: "settings-refused"; readonly problem: Problem }
  | { readonly type: "settings-versions"; readonly versions: readonly SettingsVersion[] | null }
  | { readonly type: "settings-ask"; readonly asked: Asked };

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export function fieldsOf(s: Settings): Fields {
  return {
    name: s.name ?? "", zone: s.zone ?? "", hours: s.hours ?? null, holidays: s.holidays ?? [],
    language: s.language ?? "", voice: s.voice ?? "", greeting: s.greeting ?? "", waiting: s.waiting ?? "",
    lastWords: s.lastWords ?? "", closedMessage: s.closedMessage ?? "", emergencyMessage: s.emergency?.message ?? "",
    messageTimes: { closed: s.voicemail?.closed ?? false, longestWait: s.voicemail?.longestWait ?? false,
      nobodyOnline: s.voicemail?.nobodyOnline ?? false },
    messageWords: s.voicemail?.words ?? "",
    askAhead: numberText(s.question?.ahead), askEvery: numberText(s.question?.every),
    askKeep: s.question?.keep ?? false,
    codes: (s.codes ?? []).join("\n"), music: s.music ?? null,
  };
}

const numberText = (n: number | undefined): string => (n ? String(n) : "");
/** Anything that is no number goes to the server, which refuses it. */
const typedNumber = (text: string): number => (text === "" ? 0 : /^\d{1,6}$/.test(text) ? Number(text) : -1);

export const FIELDS = Object.keys(fieldsOf({})) as readonly Field[];

/** What the form shows. */
export const shown = ({ saved, edits }: SettingsState): Fields => ({ ...fieldsOf(saved?.settings ?? {}), ...edits });

export function differing(a: Settings, b: Settings): readonly Field[] {
  const [one, other] = [fieldsOf(a), fieldsOf(b)];
  return FIELDS.filter((f) => !same(one[f], other[f]));
}

/** The settings with these fields, and all that is in them besides. */
export function withFields(s: Settings, f: Fields): Settings {
  const { hours: _hours, holidays: _holidays, emergency: _emergency, codes: _codes, music: _music, voicemail: _, question: _question,
    ...rest } = s;
  const emergency = { ...s.emergency, message: f.emergencyMessage };
  const voicemail = Object.fromEntries(Object.entries({ ...s.voicemail, ...f.messageTimes, words: f.messageWords })
    .filter(([, value]) => value)) as NonNullable<Settings["voicemail"]>;
  const question = Object.fromEntries(Object.entries({ ...s.question, ahead: typedNumber(f.askAhead), every: typedNumber(f.askEvery),
    keep: f.askKeep })
    .filter(([, value]) => value)) as NonNullable<Settings["question"]>;
  const codes = f.codes.split("\n").filter(Boolean);
  const all: Settings = {
    ...rest,
    ...f.hours ? { hours: f.hours } : {},
    ...f.holidays.length ? { holidays: f.holidays } : {},
    ...emergency.closed || emergency.endWaits || emergency.message ? { emergency } : {},
    ...Object.keys(voicemail).length ? { voicemail } : {},
    ...Object.keys(question).length ? { question } : {},
    ...codes.length ? { codes } : {},
    ...f.music ? { music: f.music } : {},
    name: f.name, zone: f.zone, language: f.language, voice: f.voice, greeting: f.greeting, waiting: f.waiting,
    lastWords: f.lastWords, closedMessage: f.closedMessage,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== "")) as Settings;
}

/** Every field of an earlier version; whether the line is closed in an emergency stays as it is. */
export const backTo = (version: Settings, now: Settings): Settings =>
  withFields({ ...version, emergency: { closed: now.emergency?.closed ?? false, endWaits: now.emergency?.endWaits ?? false } },
    fieldsOf(version));

export function withEmergency(s: Settings, closed: boolean, endWaits: boolean): Settings {
  const { closed: _closed, endWaits: _endWaits, ...rest } = s.emergency ?? {};
  return { ...s, emergency: { ...rest, ...(closed ? { closed } : {}), ...(endWaits ? { endWaits } : {}) } };
}

/** As the server wants it, as far as that is clear: 9 is 09:00, and spaces at an end are none. */
export function neat(edits: Partial<Fields>): Partial<Fields> {
  const tidy = (value: unknown): unknown => {
    if (typeof value === "string") return value.split("\n").map((line) => line.trim()).filter(Boolean).join("\n");
    return value;
  };
  const { hours, holidays, ...texts } = edits;
  return {
    ...Object.fromEntries(Object.entries(texts).map(([f, v]) => [f, tidy(v)])),
    ...(hours ? { hours: Object.fromEntries(Object.entries(hours).map(([day, spans]) => [day, neatSpans(spans)])
      .filter(([, spans]) => spans!.length > 0)) } : {}),
    ...(hours === null ? { hours } : {}),
    ...(holidays ? { holidays: holidays.map(neatHoliday) } : {}),
  };
}

function neatHoliday({ open, ...rest }: Holiday): Holiday {
  const spans = neatSpans(open ?? []);
  return spans.length ? { ...rest, open: spans } : rest;
}

const neatSpans = (spans: DayHours): DayHours =>
  spans.map(({ from, to }) => ({ from: clockTime(from), to: clockTime(to) })).filter((s) => s.from || s.to);

/** "9", "9:30", "0930" and "9.30" as 09:00 and 09:30; anything else as it was typed. */
export function clockTime(typed: string): string {
  const [, hour, minute = "00"] = /^(\d{1,2})(?:[:.h]?(\d{2}))?$/.exec(typed.trim()) ?? [];
  return hour === undefined ? typed.trim() : `${hour.padStart(2, "0")}:${minute}`;
}

export const isDirty = ({ edits }: SettingsState): boolean => Object.keys(edits).length > 0;

/** The form's control for a field that the server has refused; "" if there is none. */
export function controlOf(field: string): string {
  if (field.startsWith("codes")) return "codes";
  if (field.startsWith("music")) return "music";
  if (field === "emergency.message") return "emergencyMessage";
  if (field === "voicemail.words") return "messageWords";
  if (field === "question.ahead") return "askAhead";
  if (field === "question.every") return "askEvery";
  if (field === "question.keep") return "askKeep";
  if (/^(hours\.[a-z]+(\[\d+\]\.(from|to))?|holidays(\[\d+\]\.(date|open(\[\d+\]\.(from|to))?))?)$/.test(field)) return field;
  return FIELDS.includes(field as Field) ? field : "";
}
