"""Azure Resource Manager's container instances over TLS; containers run as processes of this machine."""
