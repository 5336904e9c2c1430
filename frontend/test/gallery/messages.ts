/** The states of the messages that callers have left. */
import type { VoiceMessage } from "../../src/contract/types.js";
import type { Event } from "../../src/state/event.js";
import { callAt, messageAt, RULES } from "../fixtures.js";
import { online, talking, type Scene } from "./scenes.js";

const opened: readonly Event[] = [{ type: "rules", rules: { ...RULES, messages: true } }, { type: "side", side: "messages" }];

const list = (now: number): VoiceMessage[] => [
  messageAt(now),
  messageAt(now, "RE2", { caller: "", verified: false, seconds: 178, why: "abandoned_by_policy" }),
  messageAt(now, "RE3", { state: "taken", by: { id: "alice", name: "Alice" }, why: "nobody-online" }),
  messageAt(now, "RE4", { state: "taken", by: { id: "bob", name: "Bob" } }),
  messageAt(now, "RE5", { state: "done", by: { id: "bob", name: "Bob" } }),
];

const shown = (now: number, messages: VoiceMessage[], more: readonly Event[] = [], cursor = ""): Event[] => [...online(now),
  ...opened, { type: "message-page", page: { messages, days: 30, ...(cursor ? { cursor } : {}) }, more: false }, ...more];

export const messageScenes: readonly Scene[] = [
  { name: "messages-looking", events: (now) => [...online(now), ...opened] },
  { name: "messages-none", events: (now) => shown(now, []) },
  { name: "messages", events: (now) => shown(now, list(now)) },
  { name: "messages-more", events: (now) => shown(now, list(now), [], "next") },
  { name: "messages-unreachable", events: (now) => shown(now, list(now), [
    { type: "message-failed", problem: { slug: "unreachable", status: 0, title: "" } }]) },
  { name: "messages-pressed", like: "messages", events: (now) => shown(now, list(now),
    [{ type: "message-act", message: "RE1", action: "take" }]) },
  { name: "messages-fetching", events: (now) => shown(now, list(now),
    [{ type: "message-sound", sound: { message: "RE1", src: "", problem: null } }]) },
  { name: "messages-playing", events: (now) => shown(now, list(now),
    [{ type: "message-sound", sound: { message: "RE1", src: "data:audio/wav;base64,", problem: null } }]) },
  { name: "messages-gone", events: (now) => shown(now, list(now),
    [{ type: "message-sound", sound: { message: "RE1", src: "", problem: { slug: "no-message", status: 404, title: "" } } }]) },
  { name: "messages-taken-before", like: "messages", events: (now) => shown(now, list(now),
    [{ type: "notice", notice: { id: 1, text: "Take: Bob has taken this message.", tone: "bad" } }]) },
  { name: "messages-in-call", events: (now) => talking(now, callAt(now, "talking"),
    [...opened, { type: "message-page", page: { messages: list(now), days: 30 }, more: false }]) },
];
