.PHONY: demo test prove bench lint build images prerequisites

# Two commands on a fresh machine do everything: `make demo` and `make test`.
CONFIGURATION ?= Release

demo:
	dotnet run --project demo -c $(CONFIGURATION) -- $(ARGS)

# ARGS="--only Bot.Tests -- -class NAME" for a part; CHATOPS_SEED=N for what an earlier run drew.
test: prerequisites
	tests/run.sh $(ARGS)

# The long proofs at their full size: a simulated week, kills, flipped bits, histories, failing system calls. DAY=today for what CI has today.
DAY ?= every
prove: prerequisites
	tests/run.sh --prove $(DAY) $(ARGS)

bench: prerequisites
	tests/publish.sh sidecar .cache/published/sidecar
	tests/publish.sh bot .cache/published/bot
	dotnet run --project tests/Bench -c Release -- .cache/published/sidecar/sidecar .cache/published/bot/chatops-bot $(ARGS)

# Everything anew with all analyzers, whose findings are errors; then the layout. A `make test` after it builds nothing.
lint: export UseSharedCompilation = true
lint:
	dotnet build ChatOps.sln -c Release -v quiet --nologo --no-incremental
	dotnet format whitespace ChatOps.sln --no-restore --verify-no-changes

build:
	dotnet build ChatOps.sln -c $(CONFIGURATION)

# For both kinds of machine, with a list of what is inside and how it came to be; PUSH=true REGISTRY=… says where to.
REGISTRY ?= ghcr.io/ghostwire
VERSION ?= $(shell sed -n 's/^appVersion: *"\?\([^"]*\)"\?$$/\1/p' charts/chatops/Chart.yaml)
PUSH ?= false
images:
	for part in bot sidecar; do \
	  SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) docker buildx build --platform linux/amd64,linux/arm64 --sbom=true --provenance=mode=max \
	    --build-arg VERSION=$(VERSION) --build-arg REVISION=$$(git rev-parse HEAD) -f Dockerfile.$$part \
	    --output type=image,name=$(REGISTRY)/chatops-$$part:$(VERSION),push=$(PUSH),rewrite-timestamp=true . || exit 1; \
	done

# Debian packages, npm packages and the envtest binaries that tests use for real parts.
prerequisites:
	tests/prerequisites.sh
