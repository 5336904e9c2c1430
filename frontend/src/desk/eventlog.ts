/**
 * The event log for "copy diagnostics": the last events as kinds and codes only, never numbers, names, notes or tokens.
 */
import type { Event } from "../state/event.js";
import type { State } from "../state/state.js";

const KEEP = 120;

/** The fields of events that contain nothing personal. */
const SAFE = ["is", "why", "action", "name", "on", "tab", "microphone", "wants", "withdrawn", "status", "panel",
  "muted"] as const;

export class EventLog {
  private readonly lines: string[] = [];

  note(event: Event, at: number): void {
    if (event.type === "said-over") return; // it follows from the announcement itself
    const details: string[] = [];
    const fields = event as unknown as Record<string, unknown>;
    for (const name of SAFE) {
      if (fields[name] !== undefined && fields[name] !== "") details.push(`${name}=${String(fields[name])}`);
    }
    if (event.type === "snapshot") details.push(callOf(event));
    if (event.type === "refused" || event.type === "choose-refused") {
      details.push(`${event.problem.status} ${event.problem.slug}`);
    }
    const line = [event.type, ...details].join(" ");
    const last = this.lines.at(-1);
    if (last?.slice(13) === line) return; // polls that changed nothing are logged once
    this.lines.push(`${new Date(at).toISOString().slice(11, 23)} ${line}`);
    if (this.lines.length > KEEP) this.lines.shift();
  }

  text(state: State, about: { version: string; browser: string; at: number }): string {
    const head = [
      `Agent desk ${about.version}`,
      `Time ${new Date(about.at).toISOString()}`,
      `Browser ${about.browser}`,
      `Screen ${state.screen.is}; voice device ${state.device.is} ${state.device.why}; microphone ${state.microphone}`,
      `Push channel ${state.push}`,
      `Server ${state.apiDownAt ? "unreachable" : "reachable"}; clock differs by ${Math.round(state.skew / 1000)} s`,
      `Sound warnings ${state.warnings.join(", ") || "none"}`,
    ];
    return withoutNumbers([...head, "", ...this.lines].join("\n"));
  }
}

function callOf(event: Extract<Event, { type: "snapshot" }>): string {
  const { call, agent } = event.snapshot;
  const t = call?.transfer;
  return call
    ? `call=${call.role}/${call.state} transfer=${t ? `${t.kind}/${t.progress}/${t.outcome ?? ""}` : "none"}`
    : `call=none presence=${agent.presence}`;
}

/** The last guard of N9: whatever looks like a phone number is masked. */
export function withoutNumbers(text: string): string {
  return text.replace(/\+?\d[\d ().-]{6,}\d/g, (m) => (/^\d{4}-\d\d-\d\d/.test(m) ? m : "(number)"));
}
