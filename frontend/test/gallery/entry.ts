/** The production views over a desk with fakes. `draw(name)` shows a state on a page of its own, as after a reload. */
import { Desk } from "../../src/desk/desk.js";
import { AgentPage } from "../../src/views/page.js";
import { fakes } from "../fakes.js";
import { recordScenes } from "./records.js";
import { scenes as states } from "./scenes.js";
import { callBackScenes } from "./callback.js";
import { messageScenes } from "./messages.js";
import { settingsScenes } from "./settings.js";
import { teamScenes } from "./team.js";

const scenes = [...states, ...recordScenes, ...teamScenes, ...messageScenes, ...callBackScenes, ...settingsScenes];

declare global {
  interface Window {
    gallery: { readonly names: string[]; like(name: string): string | undefined; draw(name: string): Promise<void> };
  }
}

window.gallery = {
  names: scenes.map((s) => s.name),
  like: (name) => scenes.find((s) => s.name === name)?.like,
  async draw(name) {
    const scene = scenes.find((s) => s.name === name)!;
    const desk = new Desk({ ...fakes(), ...scene.parts });
    const page = document.createElement("agent-page") as AgentPage;
    document.body.replaceChildren(page);
    window.scrollTo(0, 0);
    page.desk = desk;
    for (const event of scene.events(Date.now())) desk.core.dispatch(event);
    await page.updateComplete;
  },
};
document.documentElement.dataset.ready = "";
