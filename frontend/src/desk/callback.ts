/**
 * Calls back: the server rings this page first, which answers by itself, and then dials the number. Only the page that
 * has asked answers: the leg carries the key of its request. The key survives a reload, which the agent's leg may, too.
 */
import { ApiError, type Api } from "../api.js";
import type { Snapshot } from "../contract/types.js";
import { mayCallBack } from "../state/callback.js";
import { problemWords } from "../words/problem.js";
import type { Core } from "./core.js";
import type { Memory } from "./memory.js";

export interface CallBackParts {
  readonly core: Core;
  readonly api: Api;
  readonly memory: Pick<Memory, "calledBack" | "setCalledBack">;
  readonly newKey: () => string;
  readonly take: (snapshot: Snapshot) => void;
  /** The server has accepted the request. A message that is called back is now taken by this agent. */
  readonly begun: () => void;
}

/** Whom to call: a number, or who has left that message or was in that call, whose number the server looks up. */
export type Whom = { readonly number: string } | { readonly message: string }
  | { readonly call: string; readonly number?: string };

const TRIES = 3;
const RETRY_MS = 800;
/** Longer than the server lets this page ring. */
const ASKED_FOR_MS = 150_000;

export class CallBack {
  private asked: { readonly request: string; readonly at: number };

  constructor(private readonly parts: CallBackParts) {
    this.asked = parts.memory.calledBack();
  }

  /** Whether this page has asked for the leg with that key. */
  mine(request: string): boolean {
    return request !== "" && request === this.asked.request && this.parts.core.now() - this.asked.at < ASKED_FOR_MS;
  }

  private ask(request: string): void {
    this.asked = { request, at: this.parts.core.now() };
    this.parts.memory.setCalledBack(request, this.asked.at);
  }

  async call(whom: Whom): Promise<void> {
    const { core, api, newKey, take, begun } = this.parts;
    if (!mayCallBack(core.state).on) return;
    const request = newKey();
    this.ask(request);
    core.dispatch({ type: "call-back", asking: true });
    try {
      for (let left = TRIES - 1; ; left--) {
        try {
          take(await api.callBack({ ...whom, request }));
          return begun();
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          if (!error.transient || left === 0) {
            this.ask("");
            return core.notice(`Call back: ${problemWords(error.problem)}`, "bad");
          }
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
      }
    } finally {
      core.dispatch({ type: "call-back", asking: false });
    }
  }
}
