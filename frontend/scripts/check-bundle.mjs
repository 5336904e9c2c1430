/**
 * The built page keeps its promises to the content security policy: no inline script or style, no eval, hashed names,
 * nothing from elsewhere; and nothing of tests or local stacks has slipped in. Prints the size that goes over the wire.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const dist = join(dirname(fileURLToPath(import.meta.url)), "..", "dist");
const faults = [];

function files(dir) {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

function refuse(file, text, pattern, what) {
  const match = pattern.exec(text);
  if (match) faults.push(`${file}: ${what}: …${text.slice(Math.max(0, match.index - 40), match.index + 40)}…`);
}

function checkPage(file, text) {
  refuse(file, text, /<script(?![^>]*\bsrc=)[^>]*>/, "an inline script");
  refuse(file, text, /<style\b|\sstyle=/, "an inline style");
  refuse(file, text, /\son[a-z]+=/, "an inline event handler");
  refuse(file, text, /(src|href)="(https?:)?\/\//, "something from elsewhere");
  for (const [, address] of text.matchAll(/(?:src|href)="([^"]+)"/g)) {
    if (!/^\.\/(assets\/.+-[\w-]{8}\.(js|css)|favicon\.svg)$/.test(address)) faults.push(`${file}: ${address} has no hashed name`);
  }
}

function checkScript(file, text) {
  refuse(file, text, /\beval\s*\(/, "eval");
  refuse(file, text, /new Function\s*\(|[^.\w]Function\s*\(\s*["'`]/, "code made from text");
  refuse(file, text, /set(Timeout|Interval)\s*\(\s*["'`]/, "a timer with code in text");
  refuse(file, text, /test\/gallery|fixtures\/|wt-gallery/, "something of the tests");
  refuse(file, text, /sourceMappingURL/, "a source map");
}

const assets = files(dist).filter((f) => !relative(dist, f).startsWith("music"));
let total = 0;
for (const path of assets) {
  const name = relative(dist, path);
  const bytes = readFileSync(path);
  if (/\.(html|js|css)$/.test(name)) {
    const size = gzipSync(bytes, { level: 9 }).length;
    total += size;
    console.log(`${name.padEnd(44)} ${(bytes.length / 1024).toFixed(1).padStart(7)} kB  ${(size / 1024).toFixed(1).padStart(6)} kB gzip`);
  }
  const text = bytes.toString("utf8");
  if (name.endsWith(".html")) checkPage(name, text);
  if (name.endsWith(".js")) checkScript(name, text);
  if (name.startsWith("assets") && !/-[\w-]{8}\.\w+$/.test(name)) faults.push(`${name} has no hashed name`);
}
console.log(`${"altogether".padEnd(44)} ${"".padStart(10)}  ${(total / 1024).toFixed(1).padStart(6)} kB gzip`);
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}
