/**
 * Which of this agent's tabs takes the calls: the newest that asked for it, unless an older one is in a call. Tabs of
 * different agents in one browser do not affect each other.
 */
import type { TabState } from "../state/state.js";

export interface Tabs {
  /** Asks whether another tab of this agent takes the calls already. */
  start(agent: string, changed: (tab: TabState) => void): void;
  /** Takes the calls to this tab; false if another tab is in a call and keeps them. */
  claim(): Promise<boolean>;
  inCall(now: boolean): void;
  /** Gives the calls up; other tabs may take them. */
  release(): void;
}

type Word = "hello" | "here" | "claim" | "gone";

interface Message {
  readonly word: Word;
  readonly agent: string;
  readonly from: string;
  readonly inCall: boolean;
}

/** Long enough for a tab in a call to object. */
const OBJECTION_MS = 200;

export interface Channel {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

export function createTabs(channel: Channel, id: string): Tabs {
  let agent = "";
  let owner = false;
  let busy = false;
  let objected = false;
  let changed: (tab: TabState) => void = () => undefined;

  const say = (word: Word): void => channel.postMessage({ word, agent, from: id, inCall: busy } satisfies Message);

  function heardHere(inCall: boolean): void {
    if (owner && !inCall) return; // two owners for a moment: the claim that is under way decides
    if (owner && busy) return;
    objected = true;
    owner = false;
    changed(inCall ? "elsewhere-in-call" : "elsewhere");
  }

  function heardClaim(): void {
    if (owner && busy) {
      say("here");
      return;
    }
    objected = true;
    owner = false;
    changed("elsewhere");
  }

  channel.onmessage = (event: MessageEvent) => {
    const message = event.data as Message;
    if (agent === "" || message.agent !== agent || message.from === id) return;
    if (message.word === "hello" && owner) say("here");
    else if (message.word === "here") heardHere(message.inCall);
    else if (message.word === "claim") heardClaim();
    else if (message.word === "gone" && !owner) changed("here");
  };

  return {
    start: (who, listener) => {
      agent = who;
      changed = listener;
      say("hello");
    },
    claim: async () => {
      objected = false;
      owner = true;
      say("claim");
      await new Promise((resolve) => setTimeout(resolve, OBJECTION_MS));
      return !objected;
    },
    inCall: (now) => {
      if (busy === now) return;
      busy = now;
      if (owner) say("here");
    },
    release: () => {
      if (owner) say("gone");
      owner = false;
    },
  };
}
