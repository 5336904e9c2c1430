// Writes the types of openapi.yaml's schemas into src/contract/schemas.gen.ts, and their names and lists of values into
// src/contract/api.gen.ts. What each means stands in openapi.yaml alone.
//   npm run contract           writes the files
//   npm run contract -- check  fails if the files are not what openapi.yaml says
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const folder = join(here, '..', 'src', 'contract');

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
const isSchemas = ({ name }) => name?.text === 'components';
const used = ({ name }) => !['paths', 'webhooks', 'operations', '$defs'].includes(name?.text);
const written = (nodes) => astToString(nodes, { formatOptions: { removeComments: true } });
const head = '// Made from openapi.yaml by npm run contract; a change here is lost.\n';
const files = {
  'schemas.gen.ts': head + written(types.filter(isSchemas)),
  'api.gen.ts': `${head}import type { components } from "./schemas.gen.js";\n${
    written(types.filter((node) => used(node) && !isSchemas(node)))}`,
};

for (const [name, made] of Object.entries(files)) {
  const target = join(folder, name);
  if (process.argv[2] !== 'check') {
    writeFileSync(target, made);
  } else if (!existsSync(target) || readFileSync(target, 'utf8') !== made) {
    console.error(`src/contract/${name} is not what openapi.yaml describes: run "npm run contract" in frontend/`);
    process.exitCode = 1;
  }
}
