# The two commands: `make up` and `make test`. Everything else is behind them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
# The project's own Node, whatever the machine has.
RUN := PATH="$(CURDIR)/node_modules/.bin:$$PATH"

STACK ?= dev
CONTEXT ?=
GATEWAY_PORT ?=
GRAFANA_PORT ?=
AGENT ?=
LOCAL_CLUSTER ?=
LOCAL_CLUSTER_IP ?=
export STACK AGENT CONTEXT GATEWAY_PORT GRAFANA_PORT LOCAL_CLUSTER LOCAL_CLUSTER_IP

# In the order in which somebody new wants them.
.PHONY: help up incident status down test bench soak

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

up: ## Start a local cluster with the stack and an example backend (AGENT=collector: with that agent; CONTEXT=name: use that kube context)
	@local/preflight.sh up
	@$(MAKE) --no-print-directory node_modules/.package-lock.json
	@$(RUN) npm run --silent local -- up

incident: ## Make an incident of some minutes for the example; ends with which alerts, messages and panels told of it
	@$(RUN) npm run --silent local -- incident

status: ## Show the processes of the local cluster, and how the stack is (CONTEXT=name: of that one)
	@$(RUN) npm run --silent local -- status

down: ## Remove what `make up` has made
	@$(RUN) npm run --silent local -- down

test: ## Run every test, on a fresh machine too
	@local/preflight.sh test
	@$(MAKE) --no-print-directory node_modules/.package-lock.json
	@$(RUN) npm run --silent verify

bench: ## Measure, and print the tables of docs/figures.md
	@local/preflight.sh test
	@$(MAKE) --no-print-directory node_modules/.package-lock.json
	@$(RUN) npm run --silent bench

soak: ## Half an hour of disturbances, an hour of normal traffic, thousands of generated stack files; write docs/soak.md
	@local/preflight.sh test
	@$(MAKE) --no-print-directory node_modules/.package-lock.json
	@$(RUN) npm run --silent soak

node_modules/.package-lock.json: package.json package-lock.json
	@echo "Installing the npm dependencies"
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@
