/** What the desk is made of: everything outside the page's state, so that a test can stand in for each. */
import type { Api } from "../api.js";
import type { Connect } from "../channel.js";
import type { Ringback } from "../ringback.js";
import type { SignIn } from "../signin.js";
import type { Microphone } from "../state/state.js";
import type { Voice } from "../voice-port.js";
import type { Alerts } from "./alerts.js";
import type { Memory } from "./memory.js";
import type { Tabs } from "./tabs.js";

export interface DeskParts {
  readonly api: Api;
  readonly voice: Voice;
  readonly signIn: SignIn;
  readonly connect: Connect;
  readonly random: () => number;
  readonly tabs: Tabs;
  readonly memory: Memory;
  readonly alerts: Alerts;
  readonly ringback: Ringback;
  readonly microphone: () => Promise<Microphone>;
  /** Reports the microphone's level outside a call until the returned function is called. */
  readonly meter: (deviceId: string, level: (input: number) => void) => Promise<() => void>;
  readonly now: () => number;
  readonly hidden: () => boolean;
  readonly newKey: () => string;
  readonly about: { readonly version: string; readonly browser: string };
  readonly copy: (text: string) => Promise<void>;
  /** Offers the text to the agent as a file. */
  readonly download: (name: string, text: string) => void;
  /** Makes a WAV file of any file that the browser can play. */
  readonly toWav: (file: Blob) => Promise<Blob>;
  /** The address of a caller in another system, with {number} and {call}; "" if there is none. */
  readonly crm: string;
}
