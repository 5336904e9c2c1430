// Writes src/contract/api.gen.ts: the types and the lists of values of openapi.yaml's schemas.
//   npm run contract           writes the file
//   npm run contract -- check  fails if the file is not what openapi.yaml says
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const target = join(here, '..', 'src', 'contract', 'api.gen.ts');

if (!existsSync(join(here, 'node_modules', 'openapi-typescript'))) {
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--prefix', here], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
const { default: openapi, astToString } = await import('openapi-typescript');

// The page needs the schemas alone: what can be asked where is in src/api.ts.
const whole = readFileSync(join(here, '..', '..', 'openapi.yaml'), 'utf8');
const schemas = whole.replace(/^paths:\n[^]*?(?=^components:)/m, 'paths: {}\n')
  .replace(/^ {2}responses:\n[^]*?(?=^ {2}schemas:)/m, '');
const types = await openapi(schemas,
  { enumValues: true, immutable: true, rootTypes: true, rootTypesNoSchemaPrefix: true });
const made = `// Made from openapi.yaml by npm run contract; a change here is lost.\n${astToString(types)}`;

if (process.argv[2] !== 'check') {
  writeFileSync(target, made);
} else if (readFileSync(target, 'utf8') !== made) {
  console.error('src/contract/api.gen.ts is not what openapi.yaml describes: run "npm run contract" in frontend/');
  process.exit(1);
}
