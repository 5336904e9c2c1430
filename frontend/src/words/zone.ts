/**
 * Days and times in a chosen time zone. A day begins at the first moment that the zone's clocks show that date: where
 * they are turned at midnight, this may be one o'clock (https://www.iana.org/time-zones).
 */

/** This computer's zone. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

export const ZONES: readonly string[] = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((z) => z !== "UTC")];

const clocks = new Map<string, Intl.DateTimeFormat>();

function clock(zone: string): Intl.DateTimeFormat {
  const made = clocks.get(zone) ?? new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit",
    minute: "2-digit", second: "2-digit",
  });
  clocks.set(zone, made);
  return made;
}

/** What the zone's clocks show: 2026-11-29 and 14:05:09. */
export function wallClock(ms: number, zone: string): { readonly date: string; readonly time: string } {
  const part = Object.fromEntries(clock(zone).formatToParts(ms).map((p) => [p.type, p.value]));
  return { date: `${part.year}-${part.month}-${part.day}`, time: `${part.hour}:${part.minute}:${part.second}` };
}

/** As a spreadsheet reads it. */
export function stamp(at: string | undefined, zone: string): string {
  if (at === undefined) return "";
  const { date, time } = wallClock(Date.parse(at), zone);
  return `${date} ${time}`;
}

/** Which date lies so many days after a date (YYYY-MM-DD). */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** When the date begins in the zone, in ms; NaN if it is none. */
export function startOfDay(date: string, zone: string): number {
  const utc = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(utc)) return NaN;
  const shown = (ms: number): number => {
    const w = wallClock(ms, zone);
    return Date.parse(`${w.date}T${w.time}Z`);
  };
  // By the offset of the day before and of the day after; they differ where the clocks are turned in between.
  const [first = utc, second = utc] = [utc - 86_400_000, utc + 86_400_000].map((near) => utc - (shown(near) - near))
    .sort((a, b) => a - b);
  if (wallClock(first, zone).date === date) return first;
  return second;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "today", "yesterday", "12 Nov", "12 Nov 2025". */
export function dayWords(ms: number, now: number, zone: string): string {
  const { date } = wallClock(ms, zone);
  const today = wallClock(now, zone).date;
  if (date === today) return "today";
  if (date === addDays(today, -1)) return "yesterday";
  const [year, month, day] = date.split("-").map(Number) as [number, number, number];
  return `${day} ${MONTHS[month - 1]}${date.slice(0, 4) === today.slice(0, 4) ? "" : ` ${year}`}`;
}

/** The day, and the time of day. */
export function dayAndTime(ms: number, now: number, zone: string): string {
  return `${dayWords(ms, now, zone)} ${wallClock(ms, zone).time.slice(0, 5)}`;
}
