/**
 * Keeps the push channel open while somebody may look at the page, and asks when it tells of a change. Whatever goes
 * wrong with it, the page asks by itself more often: see poller.ts. Called twice a second.
 */
import { ApiError, type Api } from "../api.js";
import type { Connect, Connection } from "../channel.js";
import type { Event } from "../state/event.js";
import type { PushIs, State } from "../state/state.js";

export interface PushParts {
  readonly api: Pick<Api, "channel">;
  readonly connect: Connect;
  readonly state: () => State;
  readonly dispatch: (event: Event) => void;
  readonly now: () => number;
  readonly hidden: () => boolean;
  /** Between 0 and 1, so that pages do not come back all at once. */
  readonly random: () => number;
  readonly pollNow: () => void;
}

const RETRY_MS = 2000;
const RETRY_MAX_MS = 60_000;
/** A connection that has been open for this time is sound: the next failure counts as the first one. */
const STEADY_MS = 60_000;
/** A connection that has not opened after this time is given up. */
const OPEN_MS = 8000;
const PING_MS = 300_000;
/** How long before the server stops telling, as the sign-in ends, a new connection is made. The sign-in is renewed before. */
const RENEW_MS = 30_000;
/** How long a tab is hidden before its channel is closed. */
const HIDDEN_MS = 60_000;
/** More messages than this in this time cannot be changes of one agent: the channel is given up for a while. */
const FLOOD = { messages: 20, ms: 10_000 };
/** How much later than the answer that shows a change its message may come. */
const LATE_MS = 4000;
/**
 * A message has the time at which the request began that made the change. The function saves and tells within its ten
 * seconds (template.yaml), so an answer that is younger by less than that may still show what was before.
 */
const CHANGING_MS = 10_000;

export class Push {
  private connection: Connection | null = null;
  /** The connection before, which stays open until its successor is. */
  private former: Connection | null = null;
  private opening = false;
  private openBy = Infinity;
  private steadyAt = Infinity;
  private until = Infinity;
  private pingAt = Infinity;
  private tryAt = -Infinity;
  private failures = 0;
  private told: number[] = [];
  private seenAt: number;
  private tickedAt = -Infinity;
  /** When an answer showed a change that the channel has not told of. */
  private untoldAt = Infinity;

  constructor(private readonly parts: PushParts) {
    this.seenAt = parts.now();
  }

  tick(): void {
    const now = this.parts.now();
    if (now < this.tickedAt) this.setBack(this.tickedAt - now);
    this.tickedAt = now;
    if (!this.parts.hidden()) {
      if (now - this.seenAt > 2000) this.parts.pollNow(); // the tab is looked at again
      this.seenAt = now;
    }
    if (this.parts.state().push === "none") return;
    if (!this.wanted(now)) return this.rest();
    if (this.connection === null) {
      if (!this.opening && now >= this.tryAt) void this.open();
      return;
    }
    if (now >= this.openBy || now - this.untoldAt > LATE_MS) return this.lost();
    if (now >= this.steadyAt) {
      this.steadyAt = Infinity;
      this.failures = 0;
    }
    if (now + this.parts.state().skew >= this.until - RENEW_MS) return this.renew();
    if (now >= this.pingAt) {
      this.pingAt = now + PING_MS;
      this.connection.ping();
    }
  }

  /**
   * Notes an answer that shows a change of which no message has told. Of what this page has asked for itself, or shows
   * of its own call, nothing is expected.
   */
  look(after: State, before: State): void {
    if (after.push !== "live" || !before.snapshot || !after.snapshot || after.snapshot === before.snapshot) return;
    if (after.leg || before.leg || after.choosing || before.choosing || after.closing || after.pending) return;
    if (agentOf(after) !== agentOf(before) && this.parts.now() - (this.told.at(-1) ?? -Infinity) > LATE_MS) {
      this.untoldAt = this.parts.now();
    }
  }

  /** Whether the channel is wanted: not in a tab that another has taken the calls from, nor after the session. */
  private wanted(now: number): boolean {
    const { session, tab, leg } = this.parts.state();
    return session === "signed-in" && (leg !== null || (tab === "here" && now - this.seenAt <= HIDDEN_MS));
  }

  private rest(): void {
    if (this.connection === null && this.parts.state().push === "resting") return;
    this.drop();
    this.tryAt = -Infinity;
    this.become(this.parts.state().session === "signed-in" && this.parts.state().tab === "here" ? "resting" : "unknown");
  }

  private async open(): Promise<void> {
    this.opening = true;
    const now = this.parts.now();
    try {
      const ticket = await this.parts.api.channel();
      const until = Date.parse(ticket.until);
      if (until - RENEW_MS <= this.parts.now() + this.parts.state().skew) return this.lost(); // the sign-in ends
      if (!this.wanted(this.parts.now())) return;
      this.until = until;
      this.openBy = now + OPEN_MS;
      const connection = this.parts.connect(ticket, {
        open: () => this.connection === connection && this.opened(),
        changed: (at) => (this.connection === connection || this.former === connection) && this.changed(at),
        gone: () => this.connection === connection && this.lost(),
      });
      this.connection = connection;
    } catch (error) {
      if (error instanceof ApiError && error.problem.status === 404) this.none();
      else this.lost();
    } finally {
      this.opening = false;
    }
  }

  private opened(): void {
    this.openBy = Infinity;
    this.steadyAt = this.parts.now() + STEADY_MS;
    this.untoldAt = Infinity;
    this.told = [];
    this.pingAt = this.parts.now() + PING_MS;
    this.become("live");
    if (this.former === null) return this.parts.pollNow(); // what has changed before was told to nobody
    this.former.close();
    this.former = null;
  }

  private changed(at: number): void {
    const now = this.parts.now();
    this.untoldAt = Infinity;
    this.told = [...this.told.filter((t) => now - t < FLOOD.ms), now];
    if (this.told.length > FLOOD.messages) {
      this.failures = 10;
      return this.lost();
    }
    this.failures = 0;
    const { snapshot } = this.parts.state();
    if (!snapshot || Date.parse(snapshot.at) < at + CHANGING_MS) this.parts.pollNow();
  }

  /** The computer's clock was set back: what was to be done at a time is done as much later as before. */
  private setBack(by: number): void {
    this.tryAt -= by;
    this.openBy -= by;
    this.steadyAt -= by;
    this.pingAt -= by;
    this.untoldAt -= by;
    this.seenAt -= by;
    this.told = this.told.map((t) => t - by);
  }

  private renew(): void {
    this.former = this.connection;
    this.connection = null;
    this.openBy = this.until = this.pingAt = this.steadyAt = Infinity;
    void this.open();
  }

  private lost(): void {
    this.drop();
    this.failed();
    this.parts.pollNow();
  }

  private none(): void {
    this.drop();
    this.become("none");
  }

  private failed(): void {
    const wait = Math.min(RETRY_MS * 2 ** Math.min(this.failures, 10), RETRY_MAX_MS);
    this.failures++;
    this.tryAt = this.parts.now() + wait * (0.5 + this.parts.random());
    this.become("down");
  }

  private drop(): void {
    this.connection?.close();
    this.former?.close();
    this.connection = this.former = null;
    this.openBy = this.until = this.pingAt = this.steadyAt = this.untoldAt = Infinity;
  }

  private become(is: PushIs): void {
    if (this.parts.state().push !== is) this.parts.dispatch({ type: "push", is });
  }
}

/** What of the agent's own state others can change. */
function agentOf({ snapshot }: State): string {
  const { status, since, why, by, last } = snapshot!.agent;
  return JSON.stringify([status, since, why, by, last?.at]);
}
