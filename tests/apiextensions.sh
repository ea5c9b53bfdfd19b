#!/usr/bin/env bash
# Builds the newest apiextensions-apiserver from Debian's packages into .cache/envtest: from then on the custom resources of the tests on the
# real API server live on it, and not on the embedded one. Takes 400 MB and ten minutes, so it is no part of `make test`.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Debian unstable has it, as source. Apt works in a place of its own: nothing is installed.
mkdir -p "$work"/{lists/partial,archives/partial,root,src}
echo "deb http://deb.debian.org/debian sid main" > "$work/sources.list"
touch "$work/status"
apt=(apt-get -qq -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$work/lists"
    -o Dir::State::status="$work/status" -o Dir::Cache::Archives="$work/archives" -o APT::Install-Recommends=false -o APT::Sandbox::User=root)
"${apt[@]}" update
"${apt[@]}" install --yes --download-only golang-k8s-apiextensions-apiserver-dev golang-go
for package in "$work"/archives/golang-*.deb; do dpkg-deb -x "$package" "$work/root"; done

# The compiler finds its own sources by links to /usr, which are not there.
version=$(basename "$(readlink "$work/root/usr/lib/go")")
mkdir "$work/go"
for part in share lib; do cp -aL "$work/root/usr/$part/$version/." "$work/go/" 2>/dev/null || true; done
ln -s "$work/root/usr/share/gocode/src" "$work/src/src"
mkdir -p .cache/envtest
GOROOT=$work/go GOPATH=$work/src GOCACHE=$work/cache GO111MODULE=off GOTOOLCHAIN=local CGO_ENABLED=0 \
    "$work/go/bin/go" build -o .cache/envtest/apiextensions-apiserver k8s.io/apiextensions-apiserver
echo ".cache/envtest/apiextensions-apiserver, of $(ls "$work/archives" | sed -n 's/^golang-k8s-apiextensions-apiserver-dev_\([^_]*\)_.*/\1/p')"
