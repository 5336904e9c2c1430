/** Durations and times of day in the agent's own language. */

/** 0:07, 4:12, 1:02:45. Never negative, because clocks differ. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60];
  const pad = (n: number): string => String(n).padStart(2, "0");
  return parts[0] ? `${parts[0]}:${pad(parts[1]!)}:${pad(parts[2]!)}` : `${parts[1]}:${pad(parts[2]!)}`;
}

/** The same for a screen reader: "4 minutes 12 seconds". */
export function spokenDuration(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const m = Math.floor(s / 60);
  const unit = (n: number, word: string): string => `${n} ${word}${n === 1 ? "" : "s"}`;
  if (m === 0) return unit(s, "second");
  return s % 60 && m < 10 ? `${unit(m, "minute")} ${unit(s % 60, "second")}` : unit(m, "minute");
}

/** How long ago something was seen: "just now", "4 s ago", "3 min ago". */
export function ago(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 2) return "just now";
  if (s < 90) return `${s} s ago`;
  const m = Math.round(s / 60);
  if (m < 90) return `${m} min ago`;
  const h = Math.round(m / 60);
  return h < 36 ? `${h} h ago` : `${Math.round(h / 24)} days ago`;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });

export function timeOfDay(ms: number): string {
  return clock.format(ms);
}
