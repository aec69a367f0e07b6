# make alone prints this help: every target with a ## comment.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

CLUSTER_DIR ?= $(CURDIR)/.cluster
NODES ?= 1
CLUSTER = cd ci/cluster && CLUSTER_DIR=$(CLUSTER_DIR) go run .
export KUBECONFIG_OF_CLUSTER = $(CLUSTER_DIR)/kubeconfig

.PHONY: help
help: ## Print this help
	@echo 'kube-monitoring-stack: monitoring for Kubernetes in one chart'; echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Use

.PHONY: up
up: ## Give this machine a Kubernetes cluster with the stack installed (NODES=3 for three nodes)
	@$(CLUSTER) up --nodes=$(NODES)

.PHONY: down
down: ## End the cluster and leave nothing behind (built programs stay in .cluster/bin)
	@$(CLUSTER) down

.PHONY: run
run: ## Run server and sidecar here without a cluster, on examples/drop-ins
	go run ./cmd/kmon run --drop-ins examples/drop-ins

.PHONY: build
build: ## Build the programs into bin/
	CGO_ENABLED=0 go build -o bin/ ./cmd/...

##@ Prove

.PHONY: test
test: verify test-go test-rules test-chart test-cluster test-e2e ## Run everything that proves the project, the end-to-end tests on a real cluster included

.PHONY: test-go
test-go: ## Test the product's packages
	go vet ./...
	go test ./...

.PHONY: test-rules
test-rules: ## Unit-test every alert and record with promtool
	@cd rules && go run github.com/prometheus/prometheus/cmd/promtool test rules tests/*.yaml

.PHONY: test-chart
test-chart: ## Render the chart with every values file and test what comes out
	cd ci/chart && go vet ./... && go test ./...

# The cluster's own tests start and end clusters of their own, so they come before the shared one.
.PHONY: test-cluster
test-cluster: ## Test the cluster itself: starts, survives, leaves nothing behind (root)
	@cd ci/cluster && go vet ./... && go test ./...
	@if [ "$$(id -u)" = 0 ] && [ "$$(uname)" = Linux ]; then $(MAKE) --no-print-directory down && cd ci/cluster && CLUSTER_TESTS=1 go test -count=1 -timeout 20m -v -run Integration ./... ; \
	else echo 'SKIPPED: the tests of the cluster itself need root on Linux'; fi

.PHONY: test-e2e
test-e2e: ## Bring the cluster up and run the end-to-end tests on it (root)
	@if [ "$$(id -u)" = 0 ] && [ "$$(uname)" = Linux ]; then $(MAKE) --no-print-directory up e2e; \
	else echo 'SKIPPED: the end-to-end tests need root on Linux to bring a cluster up; with a cluster of your own: KUBECONFIG=… make e2e'; fi

.PHONY: e2e
e2e: ## Run the end-to-end tests on the cluster that is up
	@cd ci/e2e && KUBECONFIG=$${KUBECONFIG:-$(KUBECONFIG_OF_CLUSTER)} \
	  E2E_APISERVER_STOP='$(CLUSTER) apiserver-stop' E2E_APISERVER_START='$(CLUSTER) apiserver-start' \
	  go test -count=1 -timeout 30m -v ./...

##@ Keep in order

.PHONY: generate
generate: ## Write everything that is generated: the chart's rules, dashboards, schema and README
	go generate ./...

.PHONY: verify
verify: ## Fail if formatting or anything generated is out of date
	@bad=$$(git ls-files '*.go' | xargs gofmt -l); [ -z "$$bad" ] || { echo "not formatted, run gofmt -w: $$bad"; exit 1; }
