/**
 * Refreshes the voice token at 80 % of its lifetime with a timer of the page, because the SDK's tokenWillExpire comes
 * once per connection only (https://github.com/twilio/twilio-voice.js/issues/93). It refreshes between calls, because a
 * refresh in a call costs a second of sound. If a call outlasts the token, it is refreshed in the last minute all the
 * same: without a valid token a broken connection could not be restored.
 */
import type { Api } from "../api.js";
import type { Event } from "../state/event.js";
import type { State } from "../state/state.js";

export interface TokenRefresherParts {
  readonly api: Api;
  readonly state: () => State;
  readonly dispatch: (event: Event) => void;
  readonly now: () => number;
  readonly refresh: (token: string) => void;
  /** The token has expired and no new one could be fetched (F041). */
  readonly ranOut: () => void;
}

const SHARE = 0.8;
const LAST_MINUTE_MS = 60_000;
const RETRY_MS = 2000;
const RETRY_MAX_MS = 30_000;

export class TokenRefresher {
  private expires = 0;
  private renewAt = Infinity;
  private failures = 0;
  private asking = false;

  constructor(private readonly parts: TokenRefresherParts) {}

  /** A fresh token for a device that is being registered. */
  async fetch(): Promise<string> {
    const token = await this.parts.api.token();
    const { now, state } = this.parts;
    const life = Date.parse(token.expiresAt) - (now() + state().skew);
    this.expires = now() + life;
    this.renewAt = now() + life * SHARE;
    this.failures = 0;
    if (state().tokenFailing) this.parts.dispatch({ type: "token-failing", until: 0 });
    return token.token;
  }

  /** The device was closed. */
  drop(): void {
    this.renewAt = Infinity;
    this.expires = 0;
    if (this.parts.state().tokenFailing) this.parts.dispatch({ type: "token-failing", until: 0 });
  }

  /** The SDK's tokenWillExpire. */
  expiring(): void {
    this.renewAt = Math.min(this.renewAt, this.parts.now());
    this.tick();
  }

  tick(): void {
    const now = this.parts.now();
    const { device, leg } = this.parts.state();
    if (this.asking || now < this.renewAt || device.is === "off") return;
    if (leg && now < this.expires - LAST_MINUTE_MS) return;
    void this.renew();
  }

  private async renew(): Promise<void> {
    this.asking = true;
    try {
      this.parts.refresh(await this.fetch());
    } catch {
      this.failed();
    } finally {
      this.asking = false;
    }
  }

  private failed(): void {
    if (this.expires === 0) return; // the device was closed meanwhile
    const now = this.parts.now();
    this.renewAt = now + Math.min(RETRY_MS * 2 ** this.failures, RETRY_MAX_MS);
    this.failures++;
    this.parts.dispatch({ type: "token-failing", until: this.expires });
    if (now >= this.expires && this.parts.state().leg === null) this.parts.ranOut();
  }
}
