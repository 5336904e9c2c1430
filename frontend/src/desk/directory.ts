/** When the directory is asked for, and when it comes with a heartbeat. */
import type { Api } from "../api.js";
import type { Directory } from "../contract/types.js";
import { showsColleagues } from "../state/screen.js";
import { colleagues } from "./colleagues.js";
import type { Core } from "./core.js";

/**
 * How often the directory is asked for. In a call the agent chooses a target from it; outside a call it is for
 * information, and it is the page's most expensive request.
 */
const DIRECTORY_MS = { inCall: 5000, atRest: 15_000 };
/** With the push channel it comes with the heartbeat; it is asked for by itself only if an answer had none. */
const DIRECTORY_LATE_MS = 30_000;

export interface DirectoryListParts {
  readonly core: Core;
  readonly api: Api;
  readonly now: () => number;
  readonly hidden: () => boolean;
}

export class DirectoryList {
  private at = -Infinity;

  constructor(private readonly parts: DirectoryListParts) {}

  tick(): void {
    const { core, api, now, hidden } = this.parts;
    if (!showsColleagues(core.state.screen) || hidden()) return;
    const every = core.state.screen.is === "in-call" ? DIRECTORY_MS.inCall : DIRECTORY_MS.atRest;
    if (now() - this.at < (this.rides() ? DIRECTORY_LATE_MS : every)) return;
    this.at = now();
    colleagues(api, core.state.compose.filter).then(
      (directory) => core.dispatch({ type: "directory", directory }),
      () => undefined, // the poller notices that the server is away; a list that is a few seconds old does no harm
    );
  }

  /** The directory comes with the snapshot, unless a search must find who is not on its page. */
  rides(): boolean {
    const { push, screen, compose, directory } = this.parts.core.state;
    const searches = directory?.more === true && compose.filter.trim() !== "";
    return push === "live" && showsColleagues(screen) && !this.parts.hidden() && !searches;
  }

  /** It came with an answer. */
  came(directory: Directory): void {
    this.at = this.parts.now();
    this.parts.core.dispatch({ type: "directory", directory });
  }

  /** It is asked for at the next tick. */
  pollNow(): void {
    this.at = -Infinity;
  }
}
