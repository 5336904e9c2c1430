/**
 * The push channel over a WebSocket. Only this file knows the socket. What comes over it is a hint that there is
 * something to ask for: the server's answer to the question is what the page shows.
 */
import type { ChannelTicket } from "./contract/types.js";

export interface ChannelListener {
  open(): void;
  /** Something of the agent's has changed at that time of the server, ms. */
  changed(at: number): void;
  /** The connection was refused, or has ended. Nothing comes after it. */
  gone(): void;
}

export interface Connection {
  /**
   * API Gateway ends a connection after ten minutes without a message:
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
   */
  ping(): void;
  /** The listener hears nothing any more. */
  close(): void;
}

export type Connect = (ticket: ChannelTicket, listener: ChannelListener) => Connection;

/** The page's own close code: https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
const NORMAL = 1000;

/** Page is the page's own name of itself, by which the server replaces the connection that it had before. */
export function connectChannel(ticket: ChannelTicket, listener: ChannelListener, page: string): Connection {
  let over = false;
  const gone = (): void => {
    if (over) return;
    over = true;
    listener.gone();
  };
  let socket: WebSocket;
  try {
    socket = new WebSocket(ticket.address, [...ticket.protocols, `page.${page}`]);
  } catch { // an address that is none, or one that the page's policy forbids
    queueMicrotask(gone);
    return { ping: () => undefined, close: () => { over = true; } };
  }
  socket.addEventListener("open", () => { if (!over) listener.open(); });
  socket.addEventListener("close", gone);
  socket.addEventListener("error", gone);
  socket.addEventListener("message", (event: MessageEvent<unknown>) => {
    const at = changedAt(event.data);
    if (!over && at !== null) listener.changed(at);
  });
  return {
    ping: () => { if (socket.readyState === WebSocket.OPEN) socket.send('{"action":"ping"}'); },
    close: () => {
      over = true;
      socket.close(NORMAL);
    },
  };
}

/** The time in a message of the channel; null for anything else. */
export function changedAt(data: unknown): number | null {
  if (typeof data !== "string") return null;
  try {
    const { type, at } = JSON.parse(data) as { type?: unknown; at?: unknown };
    const time = typeof at === "string" ? Date.parse(at) : NaN;
    return type === "changed" && !Number.isNaN(time) ? time : null;
  } catch {
    return null;
  }
}
