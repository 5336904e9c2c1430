/**
 * Draws the page in every state from the production code, under the deployment's content security policy, light and
 * dark, narrow and wide, and runs axe-core on each. Any violation fails the run, and the state's picture is in out/.
 * Most of its time is axe's, whose rules mostly judge what no view changes: make test asks each rule in the views that
 * can change its answer, `-- --deep` (make test-deep) every rule in all views, and draws the dark ones of all states.
 * `npm run gallery -- ringing call-held` draws only those, deep, and leaves their pictures; with `--all`, those of all.
 */
import { createServer } from "node:http";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build } from "vite";
import { executable } from "../chromium.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const out = join(here, "out");
const site = join(out, "site");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const POLICY =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src 'self'; style-src 'self'; " +
  "img-src 'self' data:; font-src 'self'; connect-src 'self'; media-src 'self' blob: data: mediastream:";
const deep = process.argv.length > 2;
// Dark and light differ in colours alone: tokens.css holds what the colour scheme changes.
const COLOURS = ["color-contrast", "link-in-text-block"];
// What a width changes of that which axe looks at: where things are and how large, and what scrolls.
const SIZES = ["target-size", "scrollable-region-focusable"];
/**
 * `rules` are axe's that a view is asked: undefined is all. The narrowest is the hardest for sizes. Of `each` states one
 * is drawn: colours come from the same tokens in all.
 */
const VIEWS = [
  { name: "wide-light", width: 1200, height: 860, colorScheme: "light" },
  { name: "wide-dark", width: 1200, height: 860, colorScheme: "dark", rules: COLOURS, each: deep ? 1 : 3 },
  { name: "phone-light", width: 400, height: 800, colorScheme: "light", rules: deep ? undefined : [] },
  { name: "narrow-light", width: 320, height: 720, colorScheme: "light", rules: deep ? undefined : SIZES },
  ...(deep ? [{ name: "narrow-dark", width: 320, height: 720, colorScheme: "dark", rules: COLOURS }] : []),
];
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css",
  ".svg": "image/svg+xml" };

async function serve() {
  await build({
    root, configFile: join(root, "vite.config.ts"), logLevel: "warn", publicDir: false,
    build: { outDir: site, emptyOutDir: true, rollupOptions: { input: join(here, "index.html") } },
  });
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, "http://x").pathname);
    const file = join(site, path);
    if (!file.startsWith(site) || !existsSync(file) || !extname(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
      "Content-Security-Policy": POLICY });
    response.end(readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, address: `http://127.0.0.1:${server.address().port}/test/gallery/index.html` };
}

/** Opens the gallery in one view; what goes wrong in the page is in the page's `faults`. */
async function open(context, address, view) {
  const page = await context.newPage();
  page.faults = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !/favicon/.test(message.text() + message.location().url)) {
      page.faults.push(`console: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => page.faults.push(`script: ${error.message}`));
  await page.setViewportSize({ width: view.width, height: view.height });
  await page.emulateMedia({ colorScheme: view.colorScheme, reducedMotion: "reduce" });
  await page.goto(address);
  await page.waitForSelector("html[data-ready]", { state: "attached" });
  // The debugger injects axe, which the policy does not affect; nothing else bypasses it.
  await page.evaluate(axe);
  return page;
}

/** Runs in the page: draws a state and returns what axe's rules, and with `all` ours, find wrong with it. */
async function judge({ scene, all, only }) {
  await window.gallery.draw(scene);
  const faults = [];
  // F310: what has the focus is in sight, above every bar. The keypad, which Escape closes, may lie over it.
  const focusHidden = () => [...document.querySelectorAll("dialog[open] *, .columns *")]
    .filter((e) => e.matches("a[href], button, input, textarea, select, summary, [tabindex]") && e.checkVisibility()
      && !(document.querySelector("dialog[open]") && !e.closest("dialog")))
    .flatMap((e) => {
      e.focus();
      if (document.activeElement !== e) return [];
      const { left, right, top, bottom } = e.getBoundingClientRect();
      const [x, low] = [(left + right) / 2, Math.min(bottom, top + innerHeight / 2) - 3];
      const over = document.elementFromPoint(x, low);
      return over && (e.contains(over) || over.contains(e) || over.closest(".tip, label, .keypad")) ? []
        : [`${e.dataset.test || e.id || e.className} has the focus below ${over ? over.className || over.tagName : "the window"}`];
    });
  // target-size is WCAG 2.2 AA and not among axe's defaults.
  const rules = only ? { runOnly: only } : { rules: { "target-size": { enabled: true } } };
  const none = { violations: [] };
  const { violations } = only?.length === 0 ? none : await window.axe.run(document, { resultTypes: ["violations"], ...rules });
  for (const v of violations) {
    faults.push(`axe ${v.id}: ${v.nodes.map((n) => `${n.target.join(" ")} (${n.failureSummary?.split("\n")[1]?.trim()})`).join("; ")}`);
  }
  if (!all) return faults;
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) faults.push(`${wide}px wider than the window`);
  const fixed = [...document.querySelectorAll(".ways, .controls > .mute")].filter((e) => getComputedStyle(e).position === "fixed");
  const inBar = (e) => fixed.some((f) => f.contains(e));
  const bar = fixed.find((e) => e.matches(".ways"));
  const stickingOut = [...document.querySelectorAll(".card, dialog")].flatMap((card) => {
    const edge = card.getBoundingClientRect().right;
    return [...card.querySelectorAll("*")]
      .filter((e) => !e.closest(".tip, .visually-hidden, .people") && !inBar(e) && e.getBoundingClientRect().right > edge + 1)
      .map((e) => e.className || e.tagName);
  });
  if (stickingOut.length) faults.push(`sticks out of its card: ${[...new Set(stickingOut)].join(", ")}`);
  // On a narrow window the way out of the call is in sight, wherever the page is scrolled to, and hides no control.
  if (innerWidth <= 560 && !document.querySelector("dialog[open]")) {
    const seen = (e) => {
      const { x, y, width, height } = e.getBoundingClientRect();
      return e.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    };
    const outs = [...document.querySelectorAll(".call :is([data-test=end], [data-test=hang-up], [data-test=mute])")];
    for (const top of [0, document.documentElement.scrollHeight]) {
      scrollTo(0, top);
      faults.push(...outs.filter((e) => !seen(e)).map((e) => `${e.dataset.test} is not in sight at ${scrollY} px`));
    }
    const last = [...document.querySelectorAll(".columns *")].filter((e) => !inBar(e) && !e.closest(".whom, .people, .tip")).map((e) => e.getBoundingClientRect().bottom);
    if (bar && Math.max(...last) > bar.getBoundingClientRect().top + 1) faults.push("the page's end is below the bar");
    scrollTo(0, 0);
  }
  faults.push(...focusHidden());
  // What is drawn next is not scrolled by the last focus.
  document.activeElement?.blur();
  scrollTo(0, 0);
  // The other texts that may be cut short are names and notes, which are elsewhere in full.
  const cut = [...document.querySelectorAll(".waiting-line, .presence, .group-label, .hears, .transfer h2, .verbs.during .label")]
    .filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent.replace(/\s+/g, " ").trim());
  const low = [...document.querySelectorAll(".hears > span, .target > span, .quality > span")]
    .filter((e) => e.scrollHeight > e.clientHeight + 1 && e.clientHeight > 0).map((e) => e.textContent.replace(/\s+/g, " ").trim());
  if (cut.length + low.length) faults.push(`cut short: ${[...cut, ...low].join(", ")}`);
  return faults;
}

/**
 * Runs in the page: draws a state and returns where all that can be pressed or typed into is, below the strip and beside
 * the tabs: a place on the page, or in the window for what is fixed there. What the tabs show may have any length.
 */
async function places(scene) {
  await window.gallery.draw(scene);
  const fixed = (e) => e.closest(".ways, .controls > .mute") && getComputedStyle(e.closest(".ways, .mute")).position === "fixed";
  const controls = document.querySelectorAll("main :is(button, input, textarea, select)[data-test], [role=tablist]");
  return Object.fromEntries([...controls].filter((e) => !e.closest(".people, .keypad")).map((e) => {
    const { x, y, width, height } = e.getBoundingClientRect();
    const name = e.dataset.test === "resume" ? "hold" : e.dataset.test ?? "tabs";
    return [name, [x + (fixed(e) ? 0 : scrollX), y + (fixed(e) ? 0 : scrollY), width, height].map(Math.round).join()];
  }));
}

/** F189 F311: where a state says which one it is like, the controls that both have are in the same places. */
async function moved(page, scene, view) {
  const like = await page.evaluate((name) => window.gallery.like(name), scene);
  if (!like || view.width <= 380) return []; // below, three groups are one above the other
  const [before, after] = [await page.evaluate(places, like), await page.evaluate(places, scene)];
  const both = Object.keys(before).filter((name) => name in after);
  if (both.length === 0) return [`has no controls of ${like}`];
  return both.filter((name) => before[name] !== after[name])
    .map((name) => `${name} is at ${after[name]} and not at ${before[name]} as in ${like}`);
}

/** Draws one scene in one view; returns what is wrong with it. */
async function draw(page, scene, view, picture) {
  page.faults.length = 0;
  const all = view.colorScheme === "light";
  const found = await page.evaluate(judge, { scene, all, only: view.rules });
  const faults = [...page.faults, ...found, ...(all ? await moved(page, scene, view) : [])];
  if (picture || faults.length) await page.screenshot({ path: join(out, `${scene}.${view.name}.png`), fullPage: true });
  return faults.map((f) => `${scene} (${view.name}): ${f}`);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const { server, address } = await serve();
const browser = await chromium.launch({ executablePath: executable(),
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run"] });
try {
  const context = await browser.newContext();
  const wanted = process.argv.slice(2).filter((a) => !a.startsWith("--"));
  const pictures = wanted.length > 0 || process.argv.includes("--all");
  const faults = [];
  const counts = await Promise.all(VIEWS.map(async (view) => {
    const page = await open(context, address, view);
    const all = await page.evaluate(() => window.gallery.names);
    const some = all.filter((_, n) => n % (view.each ?? 1) === 0);
    const scenes = wanted.length ? all.filter((s) => wanted.includes(s)) : some;
    for (const scene of scenes) faults.push(...(await draw(page, scene, view, pictures)));
    return scenes.length;
  }));
  console.log(`${counts[0]} states in ${VIEWS.length} views: ${faults.length} faults`);
  if (counts[0] === 0) throw new Error(`no such state: ${wanted.join(", ")}`);
  if (faults.length) {
    console.error(faults.join("\n"));
    process.exitCode = 1;
  }
} finally {
  await browser.close();
  server.close();
}
