/** Joins the parts. No logic; the only failure here is a missing configuration. */
import { createApi } from "./api.js";
import { connectChannel } from "./channel.js";
import { loadConfig } from "./config.js";
import { createAlerts } from "./desk/alerts.js";
import { Desk } from "./desk/desk.js";
import { download } from "./download.js";
import { createMemory } from "./desk/memory.js";
import { createTabs } from "./desk/tabs.js";
import { askMicrophone, meterMicrophone } from "./microphone.js";
import { learnLayout, ofBrowser } from "./keyboard.js";
import { createRingback } from "./ringback.js";
import { createSignIn } from "./signin.js";
import { toWav } from "./music.js";
import { startTicker } from "./ticker.js";
import { AgentPage } from "./views/page.js";
import { createVoice } from "./voice.js";

async function createDesk(): Promise<Desk> {
  const config = await loadConfig();
  const signIn = createSignIn(config.signIn);
  const page = crypto.randomUUID();
  return new Desk({
    signIn,
    api: createApi({ bearer: () => signIn.bearer(), renew: () => signIn.renew() }),
    voice: createVoice(config.voice),
    connect: (ticket, listener) => connectChannel(ticket, listener, page),
    random: Math.random,
    tabs: createTabs(new BroadcastChannel("agent-desk"), page),
    memory: createMemory(window.sessionStorage, window.localStorage),
    alerts: createAlerts(),
    ringback: createRingback(),
    microphone: () => askMicrophone(),
    meter: meterMicrophone,
    now: () => Date.now(),
    hidden: () => document.visibilityState === "hidden",
    newKey: () => crypto.randomUUID(),
    about: { version: __APP_VERSION__, browser: navigator.userAgent },
    copy: (text) => navigator.clipboard.writeText(text),
    download,
    toWav,
    crm: config.crm,
  });
}

async function start(page: AgentPage): Promise<void> {
  const [desk] = await Promise.all([createDesk(), learnLayout(ofBrowser())]);
  page.desk = desk;
  window.addEventListener("pagehide", () => desk.pageHidden());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) void desk.pageRestored();
  });
  await desk.start();
  startTicker(() => desk.tick());
  // The browser's memory saver does not put a page to sleep that holds a lock.
  void navigator.locks?.request("agent-desk-awake", { mode: "shared" }, () => new Promise<void>(() => undefined));
}

const page = document.querySelector<AgentPage>("agent-page");
if (page) {
  start(page).catch((error: unknown) =>
    page.fail(error instanceof Error ? error.message : "The page could not start."));
}
