/** The production views over a desk with fakes: `?scene=` says which state to show. */
import { Desk } from "../../src/desk/desk.js";
import { AgentPage } from "../../src/views/page.js";
import { fakes } from "../fakes.js";
import { scenes } from "./scenes.js";

const name = new URLSearchParams(location.search).get("scene");
const page = document.querySelector<AgentPage>("agent-page")!;
const desk = new Desk(fakes());
page.desk = desk;

if (name === null) {
  document.title = scenes.map((s) => s.name).join(" ");
} else {
  for (const event of scenes.find((s) => s.name === name)!.events(Date.now())) desk.core.dispatch(event);
  await page.updateComplete;
  document.documentElement.dataset.ready = desk.state.screen.is;
}
