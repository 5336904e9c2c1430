/** The messages that callers have left: what the server has said last, what is pressed, and which one sounds. */
import type { MessageAction, MessagePage, Problem, VoiceMessage } from "../contract/types.js";

export interface Messages {
  readonly list: readonly VoiceMessage[];
  /** Where the next page begins; "" if there is none, or nothing was read yet. */
  readonly cursor: string;
  /** Whether a page was read; before that nothing is known. */
  readonly known: boolean;
  /** For how many days a message is kept. */
  readonly days: number;
  readonly loading: "" | "first" | "more";
  readonly failing: Problem | null;
  /** What is under way, by message. */
  readonly acts: Readonly<Record<string, MessageAction>>;
  /** The message whose sound is fetched, or is there. */
  readonly sound: MessageSound | null;
}

export interface MessageSound {
  readonly message: string;
  /** Its address in this page; "" while it is fetched. */
  readonly src: string;
  readonly problem: Problem | null;
}

export const NO_MESSAGES: Messages = { list: [], cursor: "", known: false, days: 0, loading: "", failing: null, acts: {},
  sound: null };

export type MessageEvent =
  | { readonly type: "message-ask"; readonly more: boolean }
  | { readonly type: "message-page"; readonly page: MessagePage; readonly more: boolean }
  | { readonly type: "message-failed"; readonly problem: Problem }
  | { readonly type: "message-act"; readonly message: string; readonly action: MessageAction }
  /** The message as it is now; null if it is not there any more, or the request has failed. */
  | { readonly type: "message-acted"; readonly message: string; readonly now: VoiceMessage | null; readonly gone?: boolean }
  | { readonly type: "message-sound"; readonly sound: MessageSound | null };

export function applyMessages(messages: Messages, event: MessageEvent): Messages {
  const { list } = messages;
  switch (event.type) {
    case "message-ask":
      return { ...messages, loading: event.more ? "more" : "first" };
    case "message-page": {
      const before = event.more ? list : [];
      const fresh = event.page.messages.filter((m) => !before.some((b) => b.id === m.id));
      return { ...messages, list: [...before, ...fresh], cursor: event.page.cursor ?? "", days: event.page.days,
        known: true, loading: "", failing: null };
    }
    case "message-failed":
      return { ...messages, loading: "", failing: event.problem };
    case "message-act":
      return { ...messages, acts: { ...messages.acts, [event.message]: event.action } };
    case "message-acted": {
      const { [event.message]: _over, ...acts } = messages.acts;
      const { now } = event;
      return { ...messages, acts, list: event.gone ? list.filter((m) => m.id !== event.message)
        : now ? list.map((m) => (m.id === event.message ? now : m)) : list };
    }
    case "message-sound":
      return { ...messages, sound: event.sound };
  }
}
