#!/usr/bin/env bash
# Builds once, runs every test project, and closes with one line that counts them all.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.cache/tools:$PATH"
[ -n "${KUBEBUILDER_ASSETS:-}" ] || { [ -x .cache/envtest/kube-apiserver ] && export KUBEBUILDER_ASSETS="$PWD/.cache/envtest"; }

dotnet build ChatOps.sln -c Release -v quiet --nologo || exit 1
rm -rf .cache/results
dotnet test ChatOps.sln -c Release --no-build --nologo --logger trx --results-directory .cache/results "$@"
status=$?
count() { cat .cache/results/*.trx 2>/dev/null | grep -o "<Counters [^>]*" | grep -o "$1=\"[0-9]*\"" | grep -o '[0-9]*' | awk '{s+=$1} END {print s+0}'; }
passed=$(count passed); failed=$(count failed); total=$(count total)
echo "$passed passed, $failed failed, $((total - passed - failed)) skipped"
exit $status
