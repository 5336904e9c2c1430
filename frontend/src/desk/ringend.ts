/**
 * Why the ringing stopped. The SDK tells only that it did. What the agent did is known here; the rest is in the
 * server's list of recent calls a moment later. If that comes too late, the page says only that it stopped, without a
 * guess.
 */
import type { Leg, State } from "../state/state.js";
import { phoneNumber } from "../words/number.js";
import { ringEnded } from "../words/outcome.js";
import { legErrorWords } from "../words/voice.js";
import type { Core } from "./core.js";

/** Longer than the server takes to hear of an end whose first callback was lost and sent again. */
const TOLD_MS = 6000;
const ASK_MS = 1000;
/** How far the page's and the server's time of the same end may differ. */
const SLACK_MS = 10_000;

interface Stopped {
  readonly leg: Leg;
  readonly at: number;
  /** It stopped while the answer was under way. */
  readonly answering: boolean;
}

export class RingEnd {
  private waiting: Stopped | null = null;
  private declined = "";

  private asked = 0;

  /** `pollNow` asks the server at once. */
  constructor(private readonly core: Core, private readonly pollNow: () => void) {
    core.subscribe((state) => this.look(state));
  }

  /** The agent does not take the ringing leg. */
  decline(): void {
    this.declined = this.core.state.leg?.sid ?? "";
  }

  /** The leg ended before it was open. `before` is the state in which it still rang. */
  gone(before: State, at: number): void {
    const { leg, pending } = before;
    if (!leg) return;
    this.waiting = { leg, at, answering: leg.phase === "answering" };
    if (this.declined === leg.sid || pending?.action === "decline") this.say("declined", "");
    else this.look(this.core.state);
  }

  tick(): void {
    const { waiting, core } = this;
    if (!waiting) return;
    if (core.now() - waiting.at >= TOLD_MS) return this.say(waiting.answering ? "gone" : "", "");
    if (core.now() - this.asked < ASK_MS) return;
    this.asked = core.now();
    this.pollNow();
  }

  private look(state: State): void {
    const { waiting } = this;
    if (!waiting || !state.snapshot) return;
    if (state.leg) { // another call rings: why the last one stopped is in the list
      this.waiting = null;
      return;
    }
    const { conference } = waiting.leg.ring;
    const { agent, call } = state.snapshot;
    if (call && call.id === conference && call.role !== "offered") return this.say("elsewhere", "");
    const told = agent.recent?.find((r) => r.rang && r.call === conference
      && Date.parse(r.at) - state.skew > waiting.at - SLACK_MS);
    if (told) this.say(told.outcome, told.with ?? "");
  }

  private say(why: string, by: string): void {
    const { waiting } = this;
    if (!waiting) return;
    this.waiting = null;
    const { number, by: transferor } = waiting.leg.ring;
    this.core.notice(why === "gone" ? legErrorWords(why) : ringEnded(why, number, phoneNumber(by || transferor, "")),
      "info");
  }
}
