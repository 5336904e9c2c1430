/**
 * Draws the page in every state from the production code, under the deployment's content security policy, light and
 * dark, narrow and wide; runs axe-core on each; and leaves the pictures in out/. Any violation fails the run. `npm run
 * gallery -- ringing call-held` draws only those.
 */
import { createServer } from "node:http";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const out = join(here, "out");
const site = join(out, "site");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const POLICY =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src 'self'; style-src 'self'; " +
  "img-src 'self' data:; font-src 'self'; connect-src 'self'; media-src 'self' mediastream:";
const VIEWS = [
  { name: "wide-light", width: 1200, height: 860, colorScheme: "light" },
  { name: "wide-dark", width: 1200, height: 860, colorScheme: "dark" },
  { name: "narrow-light", width: 320, height: 720, colorScheme: "light" },
  { name: "narrow-dark", width: 320, height: 720, colorScheme: "dark" },
];
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css",
  ".svg": "image/svg+xml" };

function findChromium() {
  const path = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome"].find((p) => p && existsSync(p));
  if (!path) throw new Error("No Chromium found: install it (apt-get install chromium) or name it in CHROMIUM.");
  return path;
}

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

/** Draws one scene in one view; returns what is wrong with it. */
async function draw(page, address, scene, view) {
  const faults = [];
  const listen = (message) => {
    if (message.type() === "error" && !/favicon/.test(message.text() + message.location().url)) {
      faults.push(`console: ${message.text()}`);
    }
  };
  const crash = (error) => faults.push(`script: ${error.message}`);
  page.on("console", listen);
  page.on("pageerror", crash);
  await page.setViewportSize({ width: view.width, height: view.height });
  await page.emulateMedia({ colorScheme: view.colorScheme, reducedMotion: "reduce" });
  await page.goto(`${address}?scene=${scene}`);
  await page.waitForSelector("html[data-ready]");
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    // target-size is WCAG 2.2 AA and not among axe's defaults.
    window.axe.run(document, { rules: { "target-size": { enabled: true } } }));
  for (const v of violations) {
    faults.push(`axe ${v.id}: ${v.nodes.map((n) => `${n.target.join(" ")} (${n.failureSummary?.split("\n")[1]?.trim()})`).join("; ")}`);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) faults.push(`${wide}px wider than the window`);
  const stickingOut = await page.evaluate(() =>
    [...document.querySelectorAll(".card, dialog")].flatMap((card) => {
      const edge = card.getBoundingClientRect().right;
      return [...card.querySelectorAll("*")]
        .filter((e) => !e.closest(".tip, .visually-hidden, .people") && e.getBoundingClientRect().right > edge + 1)
        .map((e) => e.className || e.tagName);
    }));
  if (stickingOut.length) faults.push(`sticks out of its card: ${[...new Set(stickingOut)].join(", ")}`);
  // The other texts that may be cut short are names and notes, which are elsewhere in full.
  const cut = await page.evaluate(() => [...document.querySelectorAll(".waiting-line, .presence, .group-label, .hears")]
    .filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent.replace(/\s+/g, " ").trim()));
  if (cut.length) faults.push(`cut short: ${cut.join(", ")}`);
  await page.screenshot({ path: join(out, `${scene}.${view.name}.png`), fullPage: true });
  page.off("console", listen);
  page.off("pageerror", crash);
  return faults.map((f) => `${scene} (${view.name}): ${f}`);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const { server, address } = await serve();
const browser = await chromium.launch({ executablePath: findChromium(),
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run"] });
try {
  // The debugger injects axe, which the policy does not affect; nothing else bypasses it.
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(address);
  await page.waitForFunction(() => document.title.includes("loading"));
  const all = (await page.title()).split(" ");
  const wanted = process.argv.slice(2);
  const scenes = wanted.length ? all.filter((s) => wanted.includes(s)) : all;
  const faults = [];
  const drawn = VIEWS.map(async (view) => {
    const own = await context.newPage();
    for (const scene of scenes) faults.push(...(await draw(own, address, scene, view)));
  });
  await Promise.all(drawn);
  console.log(`${scenes.length} states in ${VIEWS.length} views: ${faults.length} faults`);
  if (faults.length) {
    console.error(faults.join("\n"));
    process.exitCode = 1;
  }
} finally {
  await browser.close();
  server.close();
}
