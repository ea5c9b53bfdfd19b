#!/usr/bin/env bash
# Builds, publishes what the images hold, and runs every test: tests/run.sh [--only PROJECT] [--prove every|today|DAY] [-- OPTIONS OF XUNIT]
# What analyzers find is for `make lint`, which is why nothing here waits for them.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.cache/tools:$PATH"
[ -n "${KUBEBUILDER_ASSETS:-}" ] || { [ -x .cache/envtest/kube-apiserver ] && export KUBEBUILDER_ASSETS="$PWD/.cache/envtest"; }
export RunAnalyzers=false
# One compiler for all projects: each of its own would be compiled itself first. It goes with the build where it is not wanted.
keep=${UseSharedCompilation:-true}
export UseSharedCompilation=true

# A program is published again when something it is made of is newer than the last time.
publish() {
    local log=.cache/published/$1.log last=.cache/published/$1.published
    if [ -e "$last" ] && [ -z "$(find "$1" shared Dockerfile."$1" Directory.*.props global.json .dockerignore tests/publish.sh \
        \( -name bin -o -name obj \) -prune -o -newer "$last" ! -path "$1" ! -path shared -print -quit)" ]; then return; fi
    rm -f "$last"
    touch "$last.begun"
    tests/publish.sh "$1" ".cache/published/$1" >"$log" 2>&1 || { cat "$log"; return 1; }
    mv "$last.begun" "$last"
}
mkdir -p .cache/published
# Nothing is left at work behind it, whichever part fails.
trap wait EXIT
publish sidecar & sidecar=$!
publish bot & bot=$!
dotnet build ChatOps.sln -c Release -v quiet --nologo
wait $sidecar
wait $bot
[ "$keep" = true ] || dotnet build-server shutdown --vbcscompiler >/dev/null || true
exec dotnet tests/Suite/bin/Release/net10.0/Suite.dll "$@"
