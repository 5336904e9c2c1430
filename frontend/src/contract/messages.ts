/** Decodes the messages that callers have left, as decode.ts does the rest. */
import { count, list, name, no, object, oneOf, or, party, text, time, yes, type Decode } from "./decode.js";
import { MESSAGE_STATES, type MessagePage, type VoiceMessage } from "./types.js";

const message: Decode<VoiceMessage> = object<VoiceMessage>({
  id: name,
  call: or(text, () => ""),
  caller: text,
  verified: no,
  at: time,
  seconds: or(count, () => 0),
  state: or<VoiceMessage["state"]>(oneOf(MESSAGE_STATES), () => "new"),
}, { by: party, since: time, why: text, left: yes });

const page = object<MessagePage>({ messages: list(message), days: or(count, () => 0) }, { cursor: name });

export const decodeMessages = (value: unknown): MessagePage | null => page(value, {}) ?? null;
export const decodeMessage = (value: unknown): VoiceMessage | null => message(value, {}) ?? null;
