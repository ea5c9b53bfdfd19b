#!/usr/bin/env bash
# Publishes a program as its image has it: by the very command of its Dockerfile, from what .dockerignore lets through.
# tests/publish.sh bot|sidecar DIRECTORY
set -euo pipefail
cd "$(dirname "$0")/.."
into=$(realpath -m "$2")
source=$(mktemp -d)
trap 'rm -rf "$source"' EXIT

sed -n 's/^!//p' .dockerignore | tar c --exclude=bin --exclude=obj -T - | tar x -C "$source"
case "$(uname -m)" in aarch64|arm64) TARGETARCH=arm64 ;; *) TARGETARCH=amd64 ;; esac
VERSION=$(sed -n 's/^ARG VERSION=//p' "Dockerfile.$1" | head -1)
export TARGETARCH VERSION
command=$(sed -n 's/^RUN \(dotnet publish .*\)/\1/p' "Dockerfile.$1")
rm -rf "$into"
cd "$source"
eval "${command//\/published/$into} --nologo -v quiet"
