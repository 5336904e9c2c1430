import type { Channel } from "../../src/desk/tabs.js";

/** A BroadcastChannel: what one tab sends all others receive, a moment later. */
export function browser(): () => Channel {
  const open: Channel[] = [];
  return (): Channel => {
    const own: Channel = {
      onmessage: null,
      postMessage: (data) => {
        for (const other of open) if (other !== own) setTimeout(() => other.onmessage?.({ data } as MessageEvent), 1);
      },
    };
    open.push(own);
    return own;
  };
}
