/**
 * The sign-in's life: renewed before it runs out, and tried again for as long as the issuer cannot be reached. Only the
 * issuer's own no ends it: a network that is away for a minute must not sign an agent out.
 */
import type { SignIn, Renewal } from "../signin.js";
import type { Core } from "./core.js";

const RENEW_MS = 60_000;
const RETRY_MS = 2000;
const RETRY_MAX_MS = 30_000;

export interface SessionParts {
  readonly core: Core;
  readonly signIn: SignIn;
  /** Over for good, with no call to wait for: the phone line is closed. */
  readonly close: () => void;
}

export class Session {
  private tryAt = -Infinity;
  private failures = 0;

  constructor(private readonly parts: SessionParts) {}

  tick(): void {
    const { core, signIn } = this.parts;
    if (core.state.session !== "signed-in" || signIn.left() > RENEW_MS || core.now() < this.tryAt) return;
    void this.renew();
  }

  /** Asked for by the agent in a call that has outlived the sign-in: the line goes on as if nothing had been. */
  async again(): Promise<void> {
    const { core } = this.parts;
    const renewal = await this.renew();
    if (renewal === "renewed") core.dispatch({ type: "signed-in" });
    else if (renewal === "unreachable") core.notice("The sign-in cannot be reached now. Try again in a moment.", "bad");
    else core.notice("The sign-in is not renewed without you: sign in again after the call.", "bad");
  }

  /** The API does not know us any more, or the issuer refuses to. In a call the call goes on. */
  over(): void {
    const { core, close } = this.parts;
    if (core.state.session !== "signed-in") return;
    core.dispatch({ type: "session-expired" });
    if (!core.state.leg) close();
  }

  private async renew(): Promise<Renewal> {
    const { core, signIn } = this.parts;
    this.tryAt = core.now() + Math.min(RETRY_MS * 2 ** this.failures, RETRY_MAX_MS);
    this.failures++;
    const renewal = await signIn.renew();
    if (renewal === "renewed") this.failures = 0;
    if (renewal === "refused" && signIn.left() <= 0) this.over();
    return renewal;
  }
}
