.PHONY: demo test bench soak lint build images prerequisites

# Two commands on a fresh machine do everything: `make demo` and `make test`.
CONFIGURATION ?= Release

demo:
	dotnet run --project demo -c $(CONFIGURATION) -- $(ARGS)

test: prerequisites
	tests/run.sh

bench: prerequisites
	tests/publish.sh sidecar .cache/published/sidecar
	tests/publish.sh bot .cache/published/bot
	dotnet run --project tests/Bench -c Release -- .cache/published/sidecar/sidecar .cache/published/bot/chatops-bot $(ARGS)

# A simulated week of a thousand targets; `make test` has half a day of it.
soak:
	dotnet build tests/Bot.Tests -c Release -v quiet --nologo
	CHATOPS_SOAK_HOURS=168 tests/Bot.Tests/bin/Release/net10.0/Bot.Tests -class ChatOps.Bot.Tests.Soak.SoakTests -showliveoutput

lint:
	dotnet format ChatOps.sln --verify-no-changes

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
