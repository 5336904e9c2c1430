/**
 * Polls the agent's snapshot and sends heartbeats while calls may come: often in a call, less often outside one, less
 * still in a hidden tab, but never less often than the heartbeat needs. While the push channel tells of changes and
 * nothing is expected, the heartbeat alone is sent, as late as the server wants it, and its answer is the snapshot. One
 * request at a time. Called twice a second.
 */
import { ApiError, type Api } from "../api.js";
import type { Snapshot } from "../contract/types.js";
import type { Event } from "../state/event.js";
import { restUntil } from "../state/rest.js";
import type { State } from "../state/state.js";
import type { Directory } from "../contract/types.js";

export interface PollerParts {
  readonly api: Api;
  readonly state: () => State;
  readonly dispatch: (event: Event) => void;
  readonly now: () => number;
  readonly hidden: () => boolean;
  /** The directory is shown, and may come with the snapshot. */
  readonly wantsColleagues: () => boolean;
  readonly colleagues: (directory: Directory) => void;
  /** The server refuses the access token, and it could not be renewed. */
  readonly signedOut: () => void;
}

/** The interval while page and server do not agree yet, or a change is expected. */
const UNSETTLED_MS = 1000;
/** In a call the server pushes; polling finds what a lost push did not tell. The page must be true within 3 s (N6). */
const IN_CALL_MS = 2000;
const AT_REST_MS = 3000;
const HIDDEN_MS = 8000;
/** How long after a call its outcome may still change, so that frequent polls are worth it. */
const OUTCOME_MS = 10_000;
/** How often a heartbeat, a poll that also says "still here", is sent by a page that is not quiet; sooner if the server wants it. */
const BEAT_MS = 8000;
/**
 * With the push channel, while nothing is expected. The server says within which time it wants the next heartbeat
 * (docs/adr/0006-polling-and-push.md). Two seconds are left for the tick, which is half a second late at most, the
 * request, and what the server does to be heard. In a call a change whose message was lost is shown within ten seconds:
 * 9.5 s, and the time lies between two ticks, so that a tick that comes early by a moment does not make it ten.
 */
const QUIET_IN_CALL_MS = 9250;
const QUIET_MARGIN_MS = 2000;
/** A page that sends no heartbeat is nobody's clock: it asks as often as a heartbeat would at most. */
const SILENT_WITHIN_S = 15;
/** Call states that wait for somebody or something; the page's requests are a clock that finds what was lost. */
const WAITS: readonly string[] = ["ringing", "add-ringing", "consult-ringing", "completing", "unknown"];
/** The server counts as unreachable after this many failed requests in a row. */
const DOWN_AFTER = 2;

export class Poller {
  private asking = false;
  private again = false;
  private asked = -Infinity;
  private heartbeatAt = -Infinity;
  private failures = 0;
  private failedAt = 0;
  /** Within which time the server wants the next heartbeat; a server of the release before does not say. */
  private within = 0;

  constructor(private readonly parts: PollerParts) {}

  tick(): void {
    const state = this.parts.state();
    if (this.asking || !this.wanted(state)) return;
    if (this.failures > 0 && this.since(this.asked) < this.interval(state)) return; // a heartbeat waits, too
    const beat = this.beatDue(state);
    if (beat || this.since(this.asked) >= this.interval(state)) void this.ask(beat);
  }

  /** Something has changed: poll at once, and once more if a request under way may be too early to show it. */
  pollNow(): void {
    const state = this.parts.state();
    if (this.asking) this.again = true;
    else if (this.wanted(state)) void this.ask(this.beatDue(state));
  }

  private wanted(state: State): boolean {
    return state.session === "signed-in" && (state.tab === "here" || state.leg !== null);
  }

  /**
   * An agent whose device cannot ring must send no heartbeat, or callers are offered to a page that cannot answer
   * (F037).
   */
  private mayBeat(state: State): boolean {
    if (state.leg) return true;
    return state.wants && state.device.is === "registered" && !state.withdrawn;
  }

  /** The server starts the recall when it hears of the page after the loss, so poll soon. */
  private beatDue(state: State): boolean {
    const every = state.rejoin?.asked ? UNSETTLED_MS : this.quiet(state) || BEAT_MS;
    // The heartbeat before could not come to every caller without music.
    const most = this.within > 0 ? this.within * 1000 - QUIET_MARGIN_MS : BEAT_MS;
    return this.mayBeat(state) && this.since(this.heartbeatAt) >= Math.min(every, Math.max(most, UNSETTLED_MS));
  }

  /** How long ago that was. A computer's clock may be set back: then nobody knows, and everything is due. */
  private since(at: number): number {
    const now = this.parts.now();
    return now < at ? Infinity : now - at;
  }

  private interval(state: State): number {
    if (this.failures > 0) return Math.min(1000 * this.failures, 5000);
    const unsettled = this.unsettled(state);
    const call = (state.snapshot?.call ?? state.snapshot?.watching ?? null) !== null;
    const quiet = this.quiet(state);
    if (quiet > 0) return quiet;
    if (this.parts.hidden()) return unsettled || call ? AT_REST_MS : HIDDEN_MS;
    if (unsettled) return UNSETTLED_MS;
    return call ? IN_CALL_MS : AT_REST_MS;
  }

  private unsettled(state: State): boolean {
    const justOver = state.closing !== null && this.parts.now() - state.closing.at < OUTCOME_MS;
    const leg = state.leg !== null;
    const call = (state.snapshot?.call ?? state.snapshot?.watching ?? null) !== null;
    const rested = state.screen.is === "idle" || state.screen.is === "ended" ? restUntil(state) : 0;
    const over = rested > 0 && this.parts.now() + state.skew >= rested;
    return over || justOver || state.rejoin !== null || state.pending !== null || leg !== call;
  }

  /**
   * How long the page may be silent: the server tells of changes, nothing is expected, and no caller waits in the queue,
   * for whom each request of a page is a clock. 0: it asks as often as without the channel.
   */
  private quiet(state: State): number {
    const { push, snapshot, leg } = state;
    const within = this.mayBeat(state) ? this.within : SILENT_WITHIN_S;
    if ((push !== "live" && push !== "resting") || this.failures > 0 || within === 0) return 0;
    if (!snapshot || snapshot.line.count > 0 || snapshot.line.unknown || this.unsettled(state) || state.choosing) return 0;
    const { call, watching } = snapshot;
    if (watching) return 0; // who listens is told by asking
    if (leg && leg.phase !== "open") return 0;
    if (call && (call.overdue || WAITS.includes(call.state))) return 0;
    const most = within * 1000 - QUIET_MARGIN_MS;
    return call ? Math.min(most, QUIET_IN_CALL_MS) : most;
  }

  private async ask(beat: boolean): Promise<void> {
    this.asking = true;
    this.asked = this.parts.now();
    try {
      const { api, state, wantsColleagues, colleagues } = this.parts;
      const all = wantsColleagues();
      const answer = await (beat
        ? api.setStatus(state().snapshot?.agent.status ?? "away", true, all) : api.me(all));
      if (beat) {
        this.heartbeatAt = this.asked;
        this.within = answer.beatWithin ?? 0;
      }
      const { colleagues: directory, ...snapshot } = answer;
      this.take(snapshot);
      if (directory) colleagues(directory);
    } catch (error) {
      this.failed(error);
    } finally {
      this.asking = false;
    }
    if (this.again) {
      this.again = false;
      this.pollNow();
    }
  }

  take(snapshot: Snapshot): void {
    this.failures = 0;
    this.parts.dispatch({ type: "snapshot", snapshot, at: this.parts.now() });
  }

  private failed(error: unknown): void {
    if (error instanceof ApiError && error.signedOut) {
      this.parts.signedOut();
      return;
    }
    if (this.failures === 0) this.failedAt = this.asked;
    this.failures++;
    if (this.failures >= DOWN_AFTER) this.parts.dispatch({ type: "api-down", at: this.failedAt });
  }
}
