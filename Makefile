# make alone prints this help: every target with a ## comment.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# As the images are built: what tests compile, the images need not compile again.
export CGO_ENABLED := 0
# go vet looks at each module with all it knows. The smaller share that go test looks for by itself would take every
# dependency through vet a second time, which a cold run pays with minutes. What follows is for compilers and linkers
# alone: letting their garbage lie, up to 2 GiB of it, saves about a sixth of what they take, and nothing for debuggers,
# which no image has either, an eighth.
export GOFLAGS := $(GOFLAGS) -vet=off '-toolexec=env GOGC=off GOMEMLIMIT=2GiB' -gcflags=all=-dwarf=false

CLUSTER_DIR ?= $(CURDIR)/.cluster
# The program that runs the cluster builds itself here at each call, in a second when nothing changed.
CLUSTER = go build -C ci/cluster -o $(CLUSTER_DIR)/bin/cluster . && $(CLUSTER_DIR)/bin/cluster --dir=$(CLUSTER_DIR)
ROOT_ON_LINUX = [ "$$(id -u)" = 0 ] && [ "$$(uname)" = Linux ]

.PHONY: help
help: ## Print this help
	@echo 'kube-monitoring-stack: monitoring for Kubernetes in one chart'; echo
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Use

.PHONY: up
up: ui-if-node ## Give this machine a Kubernetes cluster with the stack installed (NODES=3 for three nodes)
	@$(CLUSTER) $(if $(NODES),--nodes=$(NODES)) up

.PHONY: down
down: ## End the cluster and leave nothing behind (built programs stay in .cluster/bin)
	@$(CLUSTER) down

.PHONY: run
run: ui-if-node ## Run server and sidecar here without a cluster, on examples/drop-ins
	go run ./cmd/kmon run --drop-ins examples/drop-ins

# For people, who may want to debug them.
build build-full: export GOFLAGS += -gcflags=all=
.PHONY: build
build: ui-if-node ## Build the programs into bin/
	go build -o bin/ ./cmd/...

.PHONY: build-full
build-full: ui-if-node ## Build the programs with all of Prometheus' service discoveries into bin/
	go build -tags full -o bin/ ./cmd/...

.PHONY: ui
ui: ## Build the server's web pages, which the next Go build embeds (Node.js 20.19 or newer)
	@$(MAKE) --no-print-directory -C server/ui build

# Everything works without the pages, so a machine that cannot have Node.js goes without.
.PHONY: ui-if-node
ui-if-node:
	@if server/ui/with-node true; then $(MAKE) --no-print-directory ui; else echo 'going on without the web pages'; fi

##@ Prove

.PHONY: test
test: fetch-ahead verify-beside-ui vet test-go-beside-cluster test-at-once test-e2e-rest ## Run everything that proves the project, the end-to-end tests on a real cluster included

# What is compiled later is fetched while what comes first is compiled. If it fails, whoever needs it says so.
.PHONY: fetch-ahead
fetch-ahead:
	@for m in $(filter-out .,$(MODULES)); do (cd $$m && go mod download) || true; done >/dev/null 2>&1 &

# The one compiles, the other waits for registries.
.PHONY: verify-beside-ui
verify-beside-ui:
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=line verify ui-and-browser

.PHONY: ui-and-browser
ui-and-browser: ui
	@$(MAKE) --no-print-directory -C server/ui chromium

# One module after the other, and before what runs beside each other: Go commands that run at once do not know of each
# other, and each would compile what several of them need.
MODULES = . ci/chart ci/cluster ci/helm ci/e2e ci/peer
.PHONY: vet
vet: ## Look at every module with go vet
	@for m in $(MODULES); do echo "go vet ./... in $$m"; (cd $$m && go vet ./...); done

# Kubernetes is linked for minutes in which a processor idles, and has no package that the product's tests still have to
# compile.
.PHONY: test-go-beside-cluster
test-go-beside-cluster:
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=line test-go build-cluster

.PHONY: build-cluster
build-cluster:
	@if $(ROOT_ON_LINUX); then $(CLUSTER) build; fi

# What waits much of its time, for samples, pages and pods, and none of which measures time, in four rows. That of the
# peers compiles for minutes and then waits, and is the longest: what only computes is out of its way.
.PHONY: test-at-once
test-at-once:
	@if $(ROOT_ON_LINUX); then $(MAKE) --no-print-directory up; fi
	@$(MAKE) --no-print-directory --jobs=4 --output-sync=line test-parity test-clusters-and-pages test-charts test-helm-politely

# A cluster that comes or goes gives the host an address more or less, and a browser then drops whatever it is loading
# (net::ERR_NETWORK_CHANGED): so one after the other.
.PHONY: test-clusters-and-pages
test-clusters-and-pages:
	@for t in test-cluster test-beside test-ui; do $(MAKE) --no-print-directory $$t; done

.PHONY: test-charts
test-charts:
	@for t in test-chart test-rules; do nice -n 5 $(MAKE) --no-print-directory $$t; done

.PHONY: test-helm-politely
test-helm-politely:
	@nice -n 5 $(MAKE) --no-print-directory test-helm

# Those end-to-end tests that want a cluster on which nothing has happened yet, or for themselves, and mostly wait.
.PHONY: test-beside
test-beside:
	@if $(ROOT_ON_LINUX); then $(MAKE) --no-print-directory e2e RUN='$(BESIDE)'; fi

BESIDE = ^Test(BesideEachOther|APIServerStoppedForAMinute)$$$$
.PHONY: test-e2e-rest
test-e2e-rest:
	@$(MAKE) --no-print-directory test-e2e SKIP='$(BESIDE)'

.PHONY: test-go
test-go: ## Test the product's packages
	go test ./...

# Each target by itself, as Go's tool wants it. All are run, and what failed is said at the end. By itself Go would
# take a minute to make each input smaller that it likes, and try nothing new in that time.
FUZZTIME ?= 10s
.PHONY: fuzz
fuzz: ## Fuzz every parser, each for FUZZTIME (10s) on FUZZPARALLEL processors (all); FUZZ chooses some by a pattern
	@failed=; while IFS=' ' read -r dir name; do \
	  echo "$$name in $$dir"; \
	  go test -run='^$$' -fuzz="^$$name\$$" -fuzztime=$(FUZZTIME) -fuzzminimizetime=100x $(if $(FUZZPARALLEL),-parallel=$(FUZZPARALLEL)) "./$$dir" </dev/null || failed="$$failed $$name"; \
	done < <(git grep -oE --untracked '^func Fuzz[A-Za-z0-9]*' -- cmd dropin internal server sidecar | sed -E 's|/[^/]*:func | |' | grep -E '$(or $(FUZZ),.)' | sort); \
	[ -z "$$failed" ] || { echo "failed:$$failed; the inputs are in testdata/fuzz"; exit 1; }

.PHONY: test-ui
test-ui: ui ## Check, lint and test the web pages, and drive each in Chromium against a real server
	@$(MAKE) --no-print-directory -C server/ui test e2e

.PHONY: test-rules
test-rules: ## Unit-test every alert and record with promtool, and say what kube-prometheus-stack asks and where it is answered
	cd ci/chart && go test -count=1 -timeout 30m ./rules && go test -count=1 -v -run '^TestPeersQuestionsAreAnswered$$' ./rules

# -count=1: Go's test cache does not see the chart's files, which are outside the module. GOGC: most of what rendering
# takes is garbage, and letting it lie saves a fifth of the time.
.PHONY: test-chart
test-chart: ## Render the chart with every values file and test what comes out
	cd ci/chart && GOGC=400 go test -count=1 -timeout 30m . ./definitions ./render ./tests ./values

.PHONY: test-helm
test-helm: ## Render with Helm 4 as well, check against the API of three Kubernetes versions, lint with chart-testing
	cd ci/helm && go test -count=1 -timeout 20m ./...

.PHONY: test-parity
test-parity: ## Run our server and upstream's side by side and compare what they do
	cd ci/peer && go test -short -count=1 -p 3 -timeout 30m $$(go list ./... | grep -v /load)

# It takes the machine's CPUs away from whatever else runs, so it runs alone.
.PHONY: test-load
test-load: ## Have changes come to a server without enough CPU
	cd ci/peer && go test -short -count=1 -timeout 15m -v ./load

.PHONY: test-peer
test-peer: ## Both with Thanos, Alertmanager, the full build and five times the load, which take some minutes more
	cd ci/peer && go test -count=1 -timeout 40m $$(go list ./... | grep -v /load)
	cd ci/peer && go test -count=1 -timeout 15m -v ./load

# Its tests run clusters of their own beside the one of make up.
.PHONY: test-cluster
test-cluster: ## Test the cluster itself: starts, survives, leaves nothing behind (root)
	cd ci/cluster && go test ./...
	@if $(ROOT_ON_LINUX); then $(CLUSTER) build && cd ci/cluster && CLUSTER_TESTS=1 go test -count=1 -timeout 20m -v -run Integration . ; \
	else echo 'SKIPPED: the tests of the cluster itself need root on Linux'; fi

.PHONY: test-e2e
test-e2e: ## Bring the cluster up and run the end-to-end tests on it (root)
	@if $(ROOT_ON_LINUX); then $(MAKE) --no-print-directory up e2e; \
	else echo 'SKIPPED: the end-to-end tests need root on Linux to bring a cluster up; with a cluster of your own: KUBECONFIG=... make e2e'; fi

# A cluster of make up was idle until now; of another one nobody knows. With NETWORK_POLICIES=1, as make up had it, they are tried.
.PHONY: e2e
e2e: ## Run the end-to-end tests on the cluster that is up, or on the one of KUBECONFIG (RUN=regexp for some, SKIP=regexp)
	@cd ci/e2e && KUBECONFIG=$${KUBECONFIG:-$(CLUSTER_DIR)/kubeconfig} PATH="$(CLUSTER_DIR)/bin:$$PATH" \
	  E2E_NETWORK_POLICIES=$(NETWORK_POLICIES) E2E_IDLE=$(or $(E2E_IDLE),$(if $(KUBECONFIG),,2m)) \
	  E2E_HELM="$$(command -v $(CLUSTER_DIR)/bin/helm || command -v helm || true)" E2E_CHART='$(CURDIR)/charts/kube-monitoring-stack' \
	  E2E_PAGES='$(MAKE) --no-print-directory -C $(CURDIR)/server/ui e2e-cluster' \
	  E2E_RULES_COST='go test -C $(CURDIR)/ci/chart -count=1 -v -run TestCostOfATurn ./rules' \
	  E2E_APISERVER_STOP='$(CLUSTER_DIR)/bin/cluster --dir=$(CLUSTER_DIR) apiserver-stop' \
	  E2E_APISERVER_START='$(CLUSTER_DIR)/bin/cluster --dir=$(CLUSTER_DIR) apiserver-start' \
	  go test -count=1 -parallel 8 -timeout 40m -v $(if $(RUN),-run '$(RUN)') $(if $(SKIP),-skip '$(SKIP)') .

# Not among the above: the image of Thanos takes minutes to build, the first time.
.PHONY: test-thanos
test-thanos: ## Install the chart with Thanos on the cluster and look through its querier (root)
	@$(CLUSTER) --values=charts/kube-monitoring-stack/ci/thanos-values.yaml up
	@E2E_THANOS=1 $(MAKE) --no-print-directory e2e RUN='^TestThanos'

# chart-testing installs releases with default values, which would scrape each other beside one that is there.
.PHONY: test-ct
test-ct: ## Install, test and upgrade the chart with each values file by chart-testing, on a fresh cluster of three nodes (root)
	@$(CLUSTER) down && $(CLUSTER) --cluster-only --nodes=3 up
	@$(CLUSTER) $(patsubst %,--values=%,$(wildcard charts/kube-monitoring-stack/ci/*-values.yaml)) images
	@cd ci/helm && KUBECONFIG=$(CLUSTER_DIR)/kubeconfig PATH="$(CLUSTER_DIR)/bin:$$PATH" CT_INSTALL=1 CT_SET=grafana.enabled=false \
	  go test -count=1 -timeout 90m -v -run TestChartTestingInstall .

.PHONY: figures
figures: ## Measure the chart on the cluster that is up, and print what it needs beside kube-prometheus-stack
	@E2E_FIGURES=1 $(MAKE) --no-print-directory e2e RUN='^TestFigures$$$$'

.PHONY: bench
bench: bench-server bench-scale ## Measure everything: the server beside upstream's, and the sidecar among thousands of drop-ins (root)

# It needs etcd and the API server that make up builds.
.PHONY: bench-server
bench-server: ## Measure reloads and discovery of our server and of upstream's in one run, and print the ratios (root)
	@$(CLUSTER) build && cd ci/peer && go run ./bench

.PHONY: bench-scale
bench-scale: ## Measure a sidecar at 1,000 and 5,000 ConfigMaps, on the cluster that is up or on one it brings up
	@[ -n "$${KUBECONFIG:-}" ] || [ -e $(CLUSTER_DIR)/kubeconfig ] || $(MAKE) --no-print-directory up
	@cd ci/e2e && KUBECONFIG=$${KUBECONFIG:-$(CLUSTER_DIR)/kubeconfig} E2E_SCALE=1000,5000 \
	  go test -count=1 -timeout 40m -v -run Scale .

##@ Keep in order

.PHONY: generate
generate: ## Write everything that is generated: the chart's rules, dashboards, schema and README
	go generate ./dashboards/...
	cd ci/chart && go generate ./...

.PHONY: verify
verify: ## Fail if formatting or anything generated is out of date
	@bad=$$(git ls-files '*.go' | xargs gofmt -l); [ -z "$$bad" ] || { echo "not formatted, run gofmt -w: $$bad"; exit 1; }
	@go run ./dashboards/generate -check || { echo 'the dashboards in the chart are out of date: make generate'; exit 1; }
	@cd ci/chart && go run . -check || { echo 'the chart is out of date: make generate'; exit 1; }
	@cd ci/chart/definitions && go run . -check || { echo 'the definitions of monitoring.coreos.com are out of date: make generate'; exit 1; }
