// npm run e2e: builds the stack's program, then runs the browser tests of the whole stack.
//   npm run e2e -- consult       only the files whose names begin so
//   PICTURES=1 npm run e2e       also draws docs/pictures
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');
const wanted = process.argv.slice(2);
const longest = ['cut', 'lost', 'consult', 'desk']; // begin first
const rank = (f) => (longest.indexOf(f.split('.')[0]) + 1) || longest.length + 1;
const files = readdirSync(import.meta.dirname)
  .filter((f) => f.endsWith('.test.mjs') && (wanted.length === 0 || wanted.some((w) => f.startsWith(w))))
  .sort((a, b) => rank(a) - rank(b))
  .map((f) => join(import.meta.dirname, f));

function run(program, args) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

run('local/setup.sh', ['store', 'page']);
run('go', ['build', '-o', '.run/e2e/warmtransfer', './local']);
// The files wait for clocks more than they work, so several run at once, each with a stack and a browser of its own.
run(process.execPath, ['--test', '--test-reporter=spec', '--test-concurrency=4', ...files]);
