#!/usr/bin/env bash
# typescript 7.0.2: the package has no compiler API, so a generator that builds its output with it cannot start.
#
# The module "typescript" exports two strings, its version in two forms. What stood there until 5.x (ts.factory,
# ts.createProgram) is under typescript/unstable/..., in another shape. openapi-typescript 7.13.0 allows typescript ^5
# only; put beside 7.0.2 by npm's --legacy-peer-deps, which many projects have set for good, it installs without a word
# and ends at its first import. It matters to a page that is checked by TypeScript 7 and takes its types from a
# description: the generator needs a folder of its own with TypeScript 5.
. "$(dirname "$0")/common.sh"
node_packages typescript@7.0.2
got=$(node -e 'console.log(Object.keys(require("typescript")).join(" "))')
expect "typescript 7.0.2 exports: $got" "typescript 7.0.2 exports: version versionMajorMinor"

node_packages --legacy-peer-deps openapi-typescript@7.13.0 typescript@7.0.2
cat > api.yaml <<'YAML'
openapi: 3.0.3
info: { title: one text, version: "1" }
paths: {}
components: { schemas: { Name: { type: string } } }
YAML
got=$(npx openapi-typescript api.yaml 2>&1 | grep -o "^TypeError: .*" || true)
expect "openapi-typescript 7.13.0 with it: $got" \
  "openapi-typescript 7.13.0 with it: TypeError: Cannot read properties of undefined (reading 'createKeywordTypeNode')"

node_packages openapi-typescript@7.13.0 typescript@5.9.3
got=$(npx openapi-typescript api.yaml 2>/dev/null | grep -c "Name: string")
expect "with typescript 5.9.3: $got type" "with typescript 5.9.3: 1 type"
