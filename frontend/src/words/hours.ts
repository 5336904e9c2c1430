/** Whether the line takes new calls, and until when, for every agent. */
import type { Hours } from "../contract/types.js";
import { ownZone, wallClock } from "./zone.js";

const DAY = 86_400_000;

/** "17:00", "Mon 09:00", "7 Dec 09:00", by this computer's clock. */
export function untilWords(until: number, now: number, zone = ownZone()): string {
  const then = wallClock(until, zone);
  const time = then.time.slice(0, 5);
  if (then.date === wallClock(now, zone).date) return time;
  const day = until - now < 6 * DAY ? { weekday: "short" } as const : { day: "numeric", month: "short" } as const;
  return `${new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...day }).format(until)} ${time}`;
}

/** "Open until 17:00", "Closed until Mon 09:00", "Closed". */
export function hoursWords(hours: Hours, now: number): string {
  const is = hours.open ? "Open" : "Closed";
  return hours.until ? `${is} until ${untilWords(Date.parse(hours.until), now)}` : is;
}

/** A line that is always open has no hours to speak of. */
export const tellsHours = (hours: Hours | undefined): hours is Hours =>
  hours !== undefined && (!hours.open || hours.until !== undefined);
