#!/bin/sh
# Builds all images: the base, the runner, and one for each folder here that has an agent.toml.
#   build.sh          builds them; `make images` calls this
#   build.sh --list   prints their names in build order
# Variables: BUILDER (default docker), TAG (default dev) and REGISTRY (default none). With PIN=1, for releases, each
# parent image is replaced by the digest that its tag has today.
set -eu
cd "$(dirname "$0")/.."

builder=${BUILDER:-docker} tag=${TAG:-dev} prefix=${REGISTRY:+$REGISTRY/}autocoder

agents() {
    for file in containers/*/agent.toml; do
        agent=${file%/agent.toml}
        echo "${agent#containers/}"
    done
}

# pins DOCKERFILE: prints, for each ARG <NAME>_IMAGE=<image>, the option that sets the image by digest.
pins() {
    [ "${PIN:-}" = 1 ] || return 0
    sed -n 's/^ARG \([A-Z]*_IMAGE\)=\(.*\)/\1 \2/p' "$1" | while read -r name image; do
        digest=$("$builder" buildx imagetools inspect --format '{{.Manifest.Digest}}' "$image" </dev/null)
        printf -- '--build-arg %s=%s@%s\n' "$name" "${image%%:*}" "$digest"
    done
}

build() {
    name=$1
    shift
    echo "== $prefix/$name:$tag"
    "$builder" build --tag "$prefix/$name:$tag" --build-arg "VERSION=$tag" --build-arg "REVISION=$revision" "$@"
}

if [ "${1:-}" = --list ]; then
    printf '%s\n' base runner
    agents
    exit
fi
command -v "$builder" >/dev/null || {
    echo "make images needs $builder, which is not installed. Install it or use another: make images BUILDER=podman" >&2
    exit 1
}
revision=$(git rev-parse HEAD 2>/dev/null) || revision=unknown
base_pins=$(pins containers/base/Dockerfile)
runner_pins=$(pins containers/runner/Dockerfile)
# shellcheck disable=SC2086 # several options, none of which contains a space
build base $base_pins containers/base
# shellcheck disable=SC2086
build runner $runner_pins --file containers/runner/Dockerfile .
for agent in $(agents); do
    build "$agent" --build-arg "BASE_IMAGE=$prefix/base:$tag" "containers/$agent"
done
