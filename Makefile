.PHONY: demo test bench lint build images prerequisites

# Two commands on a fresh machine do everything: `make demo` and `make test`.
CONFIGURATION ?= Release
RUNTIME ?= linux-$(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x64)

demo:
	dotnet run --project demo -c $(CONFIGURATION) -- $(ARGS)

test: prerequisites
	tests/run.sh

bench: prerequisites
	dotnet publish sidecar -c Release -r $(RUNTIME) -o .cache/published/sidecar -v quiet --nologo
	dotnet run --project tests/Bench -c Release -- .cache/published/sidecar/sidecar $(ARGS)

lint:
	dotnet format ChatOps.sln --verify-no-changes

build:
	dotnet build ChatOps.sln -c $(CONFIGURATION)

# For both kinds of machine, with a list of what is inside and how it came to be; ARGS="--push -t NAME" says where to.
images:
	for part in bot sidecar; do docker buildx build --platform linux/amd64,linux/arm64 --sbom=true --provenance=mode=max -f Dockerfile.$$part $(ARGS) . || exit 1; done

# Debian packages, npm packages and the envtest binaries that tests use for real parts.
prerequisites:
	tests/prerequisites.sh
