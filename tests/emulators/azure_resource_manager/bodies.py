"""Container groups as a client would send them."""

VOLUMES = ("workspace", "exchange")


def container(name, script, *, image="team/build:1", mounts=VOLUMES, cpu=0.5, **properties):
    return {
        "name": name,
        "properties": {
            "image": image,
            "command": ["/bin/sh", "-c", script],
            "volumeMounts": [{"name": volume, "mountPath": "/" + volume} for volume in mounts],
            "resources": {"requests": {"cpu": cpu, "memoryInGB": 1}},
            **properties,
        },
    }


def init(name, script, **properties):
    made = container(name, script, **properties)
    del made["properties"]["resources"]
    return made


def group(*containers, inits=(), policy="Never", **properties):
    return {
        "location": "westeurope",
        "tags": {"run": "1"},
        "properties": {
            "osType": "Linux",
            "restartPolicy": policy,
            "initContainers": list(inits),
            "containers": list(containers) or [container("agent", "true"), container("verify", "true")],
            "volumes": [{"name": name, "emptyDir": {}} for name in VOLUMES],
            **properties,
        },
    }


def pair(script):
    """A group whose first container runs *script*, and a second one that ends at once."""
    return group(container("agent", script), container("verify", "true"))
