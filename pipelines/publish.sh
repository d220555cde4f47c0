#!/bin/sh
# Scans every built image, writes its bill of materials, and pushes it. If one image fails the scan, none is pushed.
# usage: publish.sh REGISTRY TAG FOLDER
# FOLDER receives <name>.cdx.json for each image and, once all are pushed, references.txt with their digests.
# AZURE_SUBSCRIPTION_ID is the subscription of the registry. TRIVY_IMAGE is the scanner; it reads an archive and has
# no access to the Docker daemon.
# https://trivy.dev/latest/docs/target/container_image/#tar-files
set -eu

registry=$1 tag=$2 folder=$3
: "${AZURE_SUBSCRIPTION_ID:?is not set: name the subscription of the registry}"
names=$(sh "$(dirname "$0")/../containers/build.sh" --list)
mkdir -p "$folder/cache"

trivy() {
    docker run --rm --user "$(id -u):$(id -g)" --volume "$folder:/work" --env TRIVY_CACHE_DIR=/work/cache "$TRIVY_IMAGE" "$@"
}

for name in $names; do
    echo "== scanning $name"
    docker save --output "$folder/image.tar" "$registry/autocoder/$name:$tag"
    trivy image --input /work/image.tar --scanners vuln,secret --severity HIGH,CRITICAL --ignore-unfixed --exit-code 1
    trivy image --input /work/image.tar --format cyclonedx --output "/work/$name.cdx.json"
    rm "$folder/image.tar"
done

for name in $names; do
    echo "== pushing $name"
    image=$registry/autocoder/$name
    docker push "$image:$tag"
    docker inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$image:$tag" |
        grep "^$image@sha256:" >>"$folder/references.new"
    # Lock the tag, so that no other image can be pushed under it.
    az acr repository update --subscription "$AZURE_SUBSCRIPTION_ID" --name "${registry%%.*}" \
        --image "autocoder/$name:$tag" --write-enabled false --output none
done
rm -rf "$folder/cache"
mv "$folder/references.new" "$folder/references.txt"
