/**
 * Renews the sign-in before it expires, and tries again for as long as the issuer cannot be reached. Only a refusal by
 * the issuer ends it: a network failure of a minute must not sign an agent out.
 */
import type { SignIn, Renewal } from "../signin.js";
import type { Core } from "./core.js";

const RENEW_MS = 60_000;
const RETRY_MS = 2000;
const RETRY_MAX_MS = 30_000;

export interface SessionParts {
  readonly core: Core;
  readonly signIn: SignIn;
  /** The session has ended and no call is in progress: the device is closed. */
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

  /** Signing in again, asked for by the agent in a call that has outlasted the session: the call goes on unchanged. */
  async again(): Promise<void> {
    const { core } = this.parts;
    const renewal = await this.renew();
    if (renewal === "renewed") core.dispatch({ type: "signed-in" });
    else if (renewal === "unreachable") core.notice("The sign-in cannot be reached now. Try again in a moment.", "bad");
    else core.notice("The sign-in is not renewed without you: sign in again after the call.", "bad");
  }

  /** The API refuses the token, or the issuer refuses to renew it. A call in progress goes on. */
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
