# Warm Transfer. "make" lists what there is.
.DEFAULT_GOAL := help
.PHONY: help run demo check test test-deep race verify rehearse bench soak deploy destroy agent remove-agent forget settings doctor live-check findings clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  make %-13s %s\n", $$1, $$2}'

run: ## the whole phone line on this machine, no account needed (ARGS="-port 9000")
	@local/setup.sh store page
	@. local/goflags.sh && go run ./local $(ARGS)

demo: ## a whole warm transfer with scripted telephones, printed as it happens
	@local/setup.sh store
	@. local/goflags.sh && go run ./local demo $(ARGS)

check: ## format, vet, linters, unit tests, a few scenarios: a minute when nothing is new
	@local/check.sh

test: ## installs what it needs, then runs every test
	@local/test.sh

test-deep: ## every case of the walks that make test plays in part, the other browser scenarios
	@local/deep.sh

race: ## the Go tests of what has goroutines, with the race detector (needs a C compiler)
	@local/race.sh

verify: ## lints and builds the template as it is deployed (SAM CLI from PyPI, into .venv)
	@local/verify.sh

rehearse: ## deploys to an emulator of AWS on this machine and takes a call there (Linux)
	@local/rehearse.sh $(ARGS)

bench: ## starts, sizes, loads and bursts beside a bare handler
	@local/setup.sh store
	@go test -run '^$$' -bench . -timeout 1h ./local/bench

soak: ## 10,000 calls with 5 % faults, on several lines side by side (CALLS=500 for fewer, SEED=2 for others)
	@local/setup.sh store
	@. local/goflags.sh && GOGC=400 go test ./local/scenario -run F176 -cpu 1 -parallel 8 -v -timeout 4h -args -calls $(or $(CALLS),10000) -seed $(or $(SEED),1)

deploy: ## builds and deploys to AWS; the first time it asks five questions (SET="RingSeconds=25")
	@SET="$(SET)" local/deploy.sh $(ARGS)

destroy: ## deletes the stack from AWS, and says what stays
	@local/destroy.sh

agent: ## creates an agent in Cognito: make agent NAME=ada EMAIL=ada@example.com
	@local/agent.sh "$(NAME)" "$(EMAIL)"

remove-agent: ## removes an agent: make remove-agent NAME=ada (LOCAL=1: of the local stack)
	@local/remove-agent.sh "$(NAME)"

forget: ## erases what is kept of a caller: make forget NUMBER=+15550100 (LOCAL=1: on the local stack)
	@NUMBER="$(NUMBER)" local/forget.sh

settings: ## prints the line's settings; FILE=hours.json saves them, BACK=1 takes a change back (LOCAL=1: of the local stack)
	@FILE="$(FILE)" BACK="$(BACK)" local/settings.sh

doctor: ## finds out what is wrong with a deployment or a local stack, and how to repair it
	@go run ./local doctor $(ARGS)

live-check: ## asks a real Twilio account the open questions; costs a few calls (docs/rehearsal.md)
	@go run ./local live-check $(ARGS)

findings: ## shows what surprised us about public libraries and tools (downloads them; no part of the tests)
	@for f in $(filter-out findings/common.sh,$(wildcard findings/*.sh)); do echo "== $$f"; "$$f" || exit 1; done

clean: ## removes everything that was built or installed here
	rm -rf .run .venv .venv-emulator .venv-lint .aws-sam build frontend/dist
	find . -name node_modules -prune -exec rm -rf {} +
