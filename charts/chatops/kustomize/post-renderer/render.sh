#!/bin/sh
# Reads what Helm rendered, writes it with the components of the folders beside this one. Arguments are their names; both without any.
set -eu
components=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
[ $# -gt 0 ] || set -- sidecar archives
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/rendered.yaml"
{
    printf 'resources: [rendered.yaml]\ncomponents:\n'
    for component; do
        # A component must lie below or beside what uses it, not at an absolute path.
        cp -R "$components/$component" "$work/$component"
        printf '  - %s\n' "$component"
    done
} >"$work/kustomization.yaml"
kubectl kustomize "$work"
