# Everything that building, testing and looking needs. "make" prints what there is.

include .versions

LAB      := go run ./tools/lab/cmd/lab
MVN      := mvn --batch-mode --quiet
NPM      := npm --prefix web
TAGS     := agent,web
AGENT    := internal/agentjar/sightglass-agent.jar
WEB      := web/dist/index.html
# Version of Flink for the demo: 2.3 or 1.20.
FLINK    ?= 2.3
PROJECTS := agent examples/shop/jobs test/avro test/e2e/jobs test/e2e/langjobs test/matrix/jobs bench/jobs

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

# How much each fuzz target runs: a number of inputs, or a time ("make fuzz FUZZ=10m" looks deeper).
FUZZ     ?= 10000x

# Values of each type and the seed that the decoder's oracle takes them from; 0 chooses one.
VALUES   ?= 10000
SEED     ?= 0

# Random pairs of schemas that Avro's own Java is asked about.
PAIRS    ?= 100000
ORACLE   := oracle/flink-1.20,oracle/flink-2.3

.PHONY: help build build-duckdb test test-avro test-oracle oracle vectors fuzz lint fmt gen docs e2e bench-agent bench-store bench-replay test-matrix test-replay test-canaries soak bench-access bench-governance web agent demo demo-stop
.DEFAULT_GOAL := help

help: ## print this
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: agent web ## agent jar, web UI and bin/sightglass, which carries both
	go build -trimpath -tags $(TAGS) -o bin/sightglass ./cmd/sightglass

build-duckdb: agent web ## bin/sightglass-duckdb: bin/sightglass with DuckDB inside, for sightglass query; needs a C++ compiler
	CGO_ENABLED=1 go build -trimpath -tags $(TAGS),duckdb -o bin/sightglass-duckdb ./cmd/sightglass

agent: $(AGENT) ## the Java agent's jar

# Tests of the agent have their own step in "make test".
$(AGENT): $(shell find agent -name target -prune -o -type f \( -name '*.java' -o -name pom.xml -o -path '*/src/main/resources/*' \) -print)
	$(MVN) -f agent/pom.xml -DskipTests package
	cp agent/dist/target/sightglass-agent.jar $@

web: $(WEB) ## the web UI

$(WEB): web/node_modules/.package-lock.json $(shell find web -name node_modules -prune -o -name dist -prune -o -name e2e -prune -o -name test -prune -o -type f \( -name '*.ts' -o -name '*.tsx' -o -name '*.css' -o -name '*.html' -o -name '*.json' -o -name '*.svg' -o -name '*.woff2' \) -print)
	$(NPM) run build
	@touch $@

web/node_modules/.package-lock.json: web/package-lock.json
	$(NPM) ci --no-audit --no-fund
	@touch $@

test: build lint ## everything: style, Go with the race detector, JUnit, vitest, real Flink and Kafka on both versions, a real browser
	go test -race -tags $(TAGS) ./...
	CGO_ENABLED=1 go test -tags duckdb ./internal/duckdb ./internal/cli ./bench/store/peer -run 'Quer|Export|BothEngines'
	$(MAKE) fuzz
	$(MAKE) test-oracle VALUES=300 SEED=1
	$(MAKE) test-avro PAIRS=20000 SEED=1
	$(MVN) -f agent/pom.xml verify
	$(NPM) test
	$(MAKE) e2e

test-oracle: oracle ## Flink's own serializers write VALUES random values of every type (SEED), on both versions; each must be read back as it was
	go test -tags oracle -count=1 -timeout 60m -v ./internal/serde -run TestOracle -values $(VALUES) -seed $(SEED)
	go test -tags oracle -count=1 -timeout 60m -v ./internal/sidecar -run TestOracle -values $(VALUES) -seed $(SEED)

test-avro: ## Avro's own Java on PAIRS random pairs of schemas (SEED): what parses, canonical texts, verdicts and their places must agree
	$(MVN) -f test/avro/pom.xml compile
	go test -tags oracle -count=1 -timeout 60m -v ./internal/language/avro -run TestOracle -pairs $(PAIRS) -seed $(SEED)

oracle:
	$(MVN) -f agent/pom.xml -Poracle -DskipTests -pl $(ORACLE),sidecar -am package

vectors: oracle ## regenerate spec/vectors/serializers
	go test -tags oracle -count=1 -v ./internal/serde -run TestVectorsAreCurrent -rewrite

fuzz: ## every fuzz target of the decoders for FUZZ (10000 inputs) each
	@set -e; for file in $$(git grep -l '^func Fuzz' -- '*_test.go'); do \
	  for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9]*\)(.*/\1/p' $$file); do \
	    echo "fuzz $$target"; go test ./$$(dirname $$file) -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZ) -fuzzminimizetime 10x; done; done

e2e: build ## the built binary with real Flink (2.3 and 1.20), real Kafka, and a real browser on the demo
	go vet -tags e2e ./test/...
	go test -tags e2e -count=1 -timeout 40m -v ./test/e2e -run TestRecording -flink $(FLINK_2)
	go test -tags e2e -count=1 -timeout 40m -v ./test/e2e -run TestRecording -flink $(FLINK_1)
	go test -tags e2e -count=1 -timeout 20m -v ./test/e2e -run TestApplication -flink $(FLINK_2)
	go test -tags e2e -count=1 -timeout 20m -v ./test/e2e -run TestApplication -flink $(FLINK_1)
	go test -tags e2e -count=1 -timeout 20m -v ./test/e2e -run TestCanaries -flink $(FLINK)
	go test -tags e2e -count=1 -timeout 20m -v ./test/e2e -run TestDemo -flink $(FLINK)
	go test -tags e2e -count=1 -timeout 20m -v ./test/e2e -run TestSoak -flink $(FLINK)
	go test -tags e2e -count=1 -timeout 10m -v ./test/e2e -run 'TestKafka|TestContracts|TestRegistry'

lint: web/node_modules/.package-lock.json ## check formatting and style of Go, Java and TypeScript
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "not formatted (make fmt): $$unformatted"; exit 1; }
	go vet ./...
	go vet -tags e2e ./test/...
	go vet -tags oracle ./internal/serde ./internal/sidecar ./internal/language/avro
	go vet -tags mutation ./internal/api
	go vet -tags duckdb ./internal/duckdb ./internal/cli ./bench/store/...
	go run $(STATICCHECK) ./...
	go run $(STATICCHECK) -tags e2e ./test/...
	go run $(STATICCHECK) -tags oracle ./internal/serde ./internal/sidecar ./internal/language/avro
	go run $(STATICCHECK) -tags duckdb ./internal/duckdb ./internal/cli ./bench/store/...
	@set -e; for project in $(PROJECTS); do echo "spotless $$project"; $(MVN) -f $$project/pom.xml spotless:check; done
	$(NPM) run lint

fmt: web/node_modules/.package-lock.json ## repair formatting
	gofmt -w $$(git ls-files '*.go')
	@set -e; for project in $(PROJECTS); do echo "spotless $$project"; $(MVN) -f $$project/pom.xml spotless:apply; done
	$(NPM) run fmt

gen: web/node_modules/.package-lock.json ## regenerate what is generated; CI compares
	go run ./tools/generate
	$(NPM) run gen

docs: ## regenerate the reference pages and tables of the documentation
	go run ./tools/generate

bench-agent: build ## what recording costs: jobs with and without the agent in turns, figures against their targets; about an hour
	go run ./bench

bench-access: build ## what looking into Kafka costs: masks, pages, scans and tails beside kcat and jq; three minutes
	go run ./bench/access

bench-governance: build ## what governance costs: checks of contracts, the registry, the catalog, impact of changes, violations on a broker, a lineage map in the browser, figures against their targets; five minutes
	go run ./bench/governance/contracts
	go run ./bench/governance/registry
	go run ./bench/governance/catalog
	go run ./bench/governance/impact
	go run ./bench/governance/alarm
	go run ./bench/governance/lineagemap

bench-store: ## what the store does: a generated recording of up to 100 million events, figures against their targets, beside DuckDB where there is a C compiler; a quarter of an hour, 10 GB in build/
	mkdir -p docs/images
	@if [ "$$(go env CGO_ENABLED)" = 1 ] && command -v "$$(go env CC)" >/dev/null; then \
		go run -tags duckdb ./bench/store -svg docs/images/store-growth.svg; \
	else \
		echo "bench-store: no C compiler ($$(go env CC)): DuckDB is not asked, figures of the peer are missing"; \
		go run ./bench/store -svg docs/images/store-growth.svg; \
	fi

bench-replay: build ## how fast recorded tasks run again, and how quick one gets to any of ten million records and steps there; figures against their targets; about ten minutes, 3 GB in build/
	go run ./bench/replay

test-matrix: build ## jobs of every shape, plain and recorded, on both lines, over backends, checkpoint modes and object reuse; writes docs/coverage.md
	go run ./test/matrix -coverage docs/coverage.md
	$(MVN) -f agent/pom.xml verify -Dtest=DropsTest -Ddrops.matrix=true -Dsurefire.failIfNoSpecifiedTests=false

test-replay: build ## jobs of every shape, recorded, and every attempt of them run again, on both lines and backends; writes docs/replays.md
	go run ./test/matrix -replay -modes aligned -reuse off -coverage docs/replays.md

test-canaries: ## each call that masks is taken out by itself, and the walk over all routes must see it
	go test -tags mutation -count=1 -timeout 60m -v ./internal/api -run 'NoRoute|TakenOut'

soak: build ## 200 jobs one after the other, 100 TaskManagers killed under load, every hook made to fail, and a store killed 1,000 times while it compacts and trims
	go test -count=1 -timeout 1h -v ./internal/store/disk -run TestKilledProcesses -args -kills 1000
	go test -tags e2e -count=1 -timeout 4h -v ./test/e2e -run TestSoak -flink $(FLINK) -submissions 200 -kills 100
	$(MVN) -f agent/pom.xml verify -Dtest=HookFaultsTest -Dsurefire.failIfNoSpecifiedTests=false

demo: build ## two recorded jobs on real Flink and Kafka (FLINK=1.20 for the other line); prints the address
	$(LAB) demo up --flink $(FLINK)

demo-stop: ## end the demo
	$(LAB) demo stop
