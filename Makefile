.PHONY: demo test bench lint build prerequisites

# Two commands on a fresh machine do everything: `make demo` and `make test`.
CONFIGURATION ?= Release

demo:
	dotnet run --project demo -c $(CONFIGURATION) -- $(ARGS)

test: prerequisites
	tests/run.sh

bench: prerequisites
	dotnet run --project tests/Bench -c Release -- $(ARGS)

lint:
	dotnet format ChatOps.sln --verify-no-changes

build:
	dotnet build ChatOps.sln -c $(CONFIGURATION)

# Debian packages, npm packages and the envtest binaries that tests use for real parts.
prerequisites:
	tests/prerequisites.sh
