/** Alerts an agent whose tab is hidden: a desktop notification with consent, and a flashing title as the fallback. */
import type { Consent } from "../state/state.js";

export interface Alerts {
  consent(): Consent;
  ask(): Promise<Consent>;
  /** Starts the alert; called again with another text it changes the text. */
  ring(title: string, body: string): void;
  quiet(): void;
}

const FLASH_MS = 1000;

export function createAlerts(): Alerts {
  const title = document.title;
  let timer = 0;
  let shown: Notification | null = null;
  const supported = "Notification" in window;
  const consent = (): Consent => (supported ? Notification.permission : "unsupported");

  function notify(text: string, body: string): void {
    if (consent() !== "granted" || document.visibilityState === "visible") return;
    try {
      shown = new Notification(text, { body, tag: "agent-desk-ring", requireInteraction: true });
      shown.onclick = () => {
        window.focus();
        shown?.close();
      };
    } catch {
      // Chrome on Android has the interface but its constructor throws; the title flashes all the same.
    }
  }

  return {
    consent,
    ask: async () => (supported ? Notification.requestPermission() : "unsupported"),
    ring: (text, body) => {
      if (timer) return;
      let on = true;
      document.title = text;
      timer = window.setInterval(() => {
        on = !on;
        document.title = on ? text : title;
      }, FLASH_MS);
      notify(text, body);
    },
    quiet: () => {
      window.clearInterval(timer);
      timer = 0;
      document.title = title;
      shown?.close();
      shown = null;
    },
  };
}
