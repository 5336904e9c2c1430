// @vitest-environment happy-dom
/** F196: what is drawn is the state, even if something else has replaced the page's text nodes. */
import { nothing, render, type TemplateResult } from "lit";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { Desk } from "../../src/desk/desk.js";
import { html } from "../../src/html.js";
import { reduce } from "../../src/state/reduce.js";
import { initial } from "../../src/state/state.js";
import { inCall } from "../../src/views/call.js";
import { side } from "../../src/views/side.js";
import { scenes } from "../gallery/scenes.js";

let root: HTMLElement;
beforeEach(() => {
  root = document.createElement("div");
  document.body.replaceChildren(root);
});

/** Like a page translation: each text is replaced by a <font> with a new text; `moved` keeps the old one inside. */
function wrapTexts(moved: boolean): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  for (let text = walker.nextNode(); text; text = walker.nextNode()) texts.push(text as Text);
  for (const text of texts) {
    if (text.data.trim() === "") continue;
    const font = document.createElement("font");
    text.replaceWith(font);
    font.append(moved ? text : document.createTextNode(text.data));
  }
}

const words = (): string => (root.textContent ?? "").replace(/\s+/g, " ").trim();

const line = (who: unknown, what: unknown, more: unknown = nothing): TemplateResult =>
  html`<p class="a ${who}" title=${what}>${who} and <b>${what}</b> then ${more} end</p>`;

test.each([true, false])("F196: texts, numbers, templates and nothing follow each other in a translated page (%s)",
  (moved) => {
  const values = ["Alice", 7, "", nothing, html`<i>x ${"y"} z</i>`, "Bob", [html`<i>1</i>`, html`<i>2</i>`], 0];
  for (const first of values) {
    for (const second of values) {
      render(nothing, root);
      render(line(first, second, first), root);
      wrapTexts(moved);
      render(line(second, first, second), root);
      wrapTexts(moved);
      render(line(first, first, second), root);
      const is = words();
      const fresh = document.createElement("div");
      render(line(first, first, second), fresh);
      expect(is).toBe((fresh.textContent ?? "").replace(/\s+/g, " ").trim());
    }
  }
});

test("F196: what has not changed keeps its translation", () => {
  render(line("Alice", "Bob"), root);
  wrapTexts(false);
  root.querySelector("b font")!.textContent = "Robert";
  render(line("Carol", "Bob"), root);
  expect(words()).toBe("Carol and Robert then end");
});

const desk = new Proxy({}, { get: () => () => () => undefined }) as Desk;
const states = scenes.flatMap((s) => {
  const state = s.events(Date.UTC(2026, 10, 22)).reduce(reduce, initial);
  return state.screen.is === "in-call" ? [{ name: s.name, state, screen: state.screen }] : [];
});
const draw = ({ state, screen }: (typeof states)[number]): TemplateResult => html`${inCall(state, desk,
  screen)}${side(state, desk)}`;

test.each([true, false])("F196: through all states of a call in a translated page (%s)", (moved) => {
  const fresh = new Map(states.map((s) => {
    render(nothing, root);
    render(draw(s), root);
    return [s.name, words()];
  }));
  render(nothing, root);
  for (const s of states) {
    render(draw(s), root);
    expect(words(), s.name).toBe(fresh.get(s.name));
    wrapTexts(moved);
  }
}, 240_000);

test("F196: every view draws with this html and none with lit's own", () => {
  const src = join(import.meta.dirname, "../../src");
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".ts")
    && f !== "html.ts");
  const lits = files.filter((f) => /import \{[^}]*\bhtml\b[^}]*\} from "lit/.test(readFileSync(join(src, f), "utf8")));
  expect(lits).toEqual([]);
});
