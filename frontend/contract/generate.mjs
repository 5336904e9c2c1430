// Writes src/contract/api.gen.ts, the types and the lists of values that openapi.yaml describes.
//   npm run contract           writes the file
//   npm run contract -- check  fails if the file is not what openapi.yaml says
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const spec = join(here, '..', '..', 'openapi.yaml');
const target = join(here, '..', 'src', 'contract', 'api.gen.ts');
const generator = join(here, 'node_modules', '.bin', 'openapi-typescript');

if (!existsSync(generator)) run('npm', ['ci', '--no-audit', '--no-fund', '--prefix', here]);
const made = run(generator, [spec, '--enum-values', '--immutable', '--root-types', '--root-types-no-schema-prefix']);
if (process.argv[2] !== 'check') {
  writeFileSync(target, made);
} else if (readFileSync(target, 'utf8') !== made) {
  console.error('src/contract/api.gen.ts is not what openapi.yaml describes: run "npm run contract" in frontend/');
  process.exit(1);
}

/** Runs a program and returns what it printed; its complaints are shown. */
function run(program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) {
    process.stderr.write(stderr);
    process.exit(status ?? 1);
  }
  return stdout;
}
