// npm run e2e: builds the stack's program, then runs the browser tests of the whole stack.
//   npm run e2e                  the scenarios of make test: all but the deep ones
//   npm run e2e -- --deep        the deep ones
//   npm run e2e -- consult       all scenarios of the files whose names begin so
//   PICTURES=1 npm run e2e       also draws docs/pictures
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');
const deep = process.argv.includes('--deep');
const wanted = process.argv.slice(2).filter((a) => a !== '--deep');
const scenarios = deep ? 'deep' : wanted.length > 0 || process.env.PICTURES ? 'all' : 'short';
const longest = ['desk', 'layout', 'consult', 'messages', 'classic', 'device', 'history', 'handover']; // start first
const rank = (f) => (longest.indexOf(f.split('.')[0]) + 1) || longest.length + 1;
const files = readdirSync(import.meta.dirname)
  .filter((f) => f.endsWith('.test.mjs') && (wanted.length === 0 || wanted.some((w) => f.startsWith(w))))
  .sort((a, b) => rank(a) - rank(b))
  .map((f) => join(import.meta.dirname, f))
  .filter((f) => has(f, scenarios));

/** has says whether a file has scenarios of that part. */
function has(file, wanted) {
  const text = readFileSync(file, 'utf8');
  const all = text.match(/^ *scenario\(/gm).length;
  return { all: true, short: all > (text.match(/deep: true/g) ?? []).length, deep: text.includes('deep: ') }[wanted];
}

function run(program, args) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

run('local/setup.sh', ['store', 'page']);
run('go', ['build', '-o', '.run/e2e/warmtransfer', './local']);
// The files mostly wait, so several run at once, each with a stack and a browser of its own.
const atOnce = 4;
const left = [...files];
const failed = new Map();
await Promise.all(Array.from({ length: atOnce }, async () => {
  for (let file = left.shift(); file; file = left.shift()) {
    const { passed, said } = await play(file);
    if (!passed) failed.set(basename(file), said);
  }
}));
// A log is long, and who reads only its end is to see what went wrong.
for (const [name, said] of failed) console.log(`failed: ${name}\n${why(said)}`);
process.exit(failed.size === 0 ? 0 : 1);

/** The first lines of each failure in a report. */
function why(said) {
  const lines = said.split('\n').map((line) => line.slice(0, 300));
  return lines.flatMap((line, i) => (line.startsWith('✖') && !line.includes('failing tests') ? lines.slice(i, i + 12) : []))
    .slice(0, 40).join('\n');
}

/** Runs one file and prints its output when it is done. */
function play(file) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--test', '--test-reporter=spec', file],
      { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, SCENARIOS: scenarios } });
    let said = '';
    child.stdout.on('data', (chunk) => { said += chunk; });
    child.stderr.on('data', (chunk) => { said += chunk; });
    child.on('error', reject);
    child.on('close', (code) => { console.log(said); resolve({ passed: code === 0, said }); });
  });
}
