/** The messages of callers: asked for while they are shown, who takes care of which, and their sound. */
import { ApiError, type Api } from "../api.js";
import type { MessageAction } from "../contract/types.js";
import { showsColleagues } from "../state/screen.js";
import { messageAct, messageProblem } from "../words/message.js";
import type { Core } from "./core.js";

export interface MessagesParts {
  readonly core: Core;
  readonly api: Api;
  readonly hidden: () => boolean;
}

/** So often the list is read while it is shown. */
const EVERY_MS = 15_000;

export class MessageBox {
  private askedAt = -Infinity;
  /** The first page is asked for at the next tick, however long the list is. */
  private wanted = true;
  /** How many acts are answered. A first page that was asked for before one of them may say what was before it. */
  private acted = 0;
  private asking = false;

  constructor(private readonly parts: MessagesParts) {}

  tick(): void {
    const { core, hidden } = this.parts;
    const { state } = core;
    if (state.session !== "signed-in" || state.side !== "messages" || !showsColleagues(state.screen) || hidden()) return;
    // A list of several pages is not read anew by itself: the agent is reading it.
    const long = state.messages.known && state.messages.list.length > 50;
    const due = this.wanted || !long && core.now() - this.askedAt >= EVERY_MS;
    if (!this.asking && due) void this.ask(false);
  }

  /** The list is shown from now on, and read at the next tick; or a call has come or it is not, and nothing sounds any more. */
  shown(now: boolean): void {
    if (now) this.wanted = true;
    else if (this.parts.core.state.messages.sound) void this.play("");
  }

  more(): void {
    const { cursor, loading } = this.parts.core.state.messages;
    if (cursor && !loading) void this.ask(true);
  }

  private async ask(more: boolean): Promise<void> {
    const { core, api } = this.parts;
    this.asking = true;
    this.askedAt = core.now();
    if (!more) this.wanted = false;
    core.dispatch({ type: "message-ask", more });
    try {
      for (;;) {
        const { acted } = this;
        const page = await api.messages(more ? core.state.messages.cursor : "");
        if (!more && acted !== this.acted) continue;
        return core.dispatch({ type: "message-page", page, more });
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      core.dispatch({ type: "message-failed", problem: error.problem });
    } finally {
      this.asking = false;
    }
  }

  async act(message: string, action: MessageAction): Promise<void> {
    const { core, api } = this.parts;
    if (core.state.messages.acts[message]) return;
    core.dispatch({ type: "message-act", message, action });
    try {
      const now = await api.actOnMessage(message, action);
      this.acted++;
      core.dispatch({ type: "message-acted", message, now });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      core.dispatch({ type: "message-acted", message, now: null, gone: error.problem.slug === "no-message" });
      core.notice(`${messageAct(action)}: ${messageProblem(error.problem)}`, "bad");
      this.wanted = true;
    }
  }

  /** Fetches the sound of a message; the one before is forgotten. "" forgets it only. None sounds over a call. */
  async play(message: string): Promise<void> {
    const { core, api } = this.parts;
    if (message && core.state.leg) return;
    const before = core.state.messages.sound;
    if (before?.src) URL.revokeObjectURL(before.src);
    core.dispatch({ type: "message-sound", sound: message ? { message, src: "", problem: null } : null });
    if (!message) return;
    const wanted = (): boolean => core.state.messages.sound?.message === message && !core.state.messages.sound.src;
    try {
      const sound = await api.messageSound(message);
      if (wanted()) core.dispatch({ type: "message-sound", sound: { message, src: URL.createObjectURL(sound), problem: null } });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (wanted()) core.dispatch({ type: "message-sound", sound: { message, src: "", problem: error.problem } });
    }
  }
}
