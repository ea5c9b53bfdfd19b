#!/usr/bin/env bash
# Builds once, runs every test project, and closes with one line that counts them all.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.cache/tools:$PATH"
[ -n "${KUBEBUILDER_ASSETS:-}" ] || { [ -x .cache/envtest/kube-apiserver ] && export KUBEBUILDER_ASSETS="$PWD/.cache/envtest"; }

dotnet build ChatOps.sln -c Release -v quiet --nologo || exit 1

# End-to-end tests run the programs as the images have them: whole, trimmed and compiled ahead.
export CHATOPS_PROGRAMS="$PWD/.cache/published"
for program in sidecar bot; do tests/publish.sh "$program" "$CHATOPS_PROGRAMS/$program" || exit 1; done

# A test that hangs is named after a minute, and ends its project after fifteen.
rm -rf .cache/results
dotnet test ChatOps.sln -c Release --no-build --nologo --logger trx --results-directory .cache/results \
  --blame-hang --blame-hang-timeout 15m --blame-hang-dump-type none "$@"
status=$?
count() { cat .cache/results/*.trx 2>/dev/null | grep -o "<Counters [^>]*" | grep -o "$1=\"[0-9]*\"" | grep -o '[0-9]*' | awk '{s+=$1} END {print s+0}'; }
passed=$(count passed); failed=$(count failed); total=$(count total)
awk -f tests/failures.awk .cache/results/*.trx
echo "$passed passed, $failed failed, $((total - passed - failed)) skipped"
exit $status
