"""Blobs of runs in Azurite, and the SAS URLs that containers get."""

import datetime as dt
import ssl

from azure.storage.blob import BlobSasPermissions, ContainerClient, generate_blob_sas

from activities.create_container_group import OUTPUTS

KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="  # public


class Runs:
    """The container `runs`."""

    def __init__(self, url, bundle):
        self.url, self.bundle = url, bundle
        self.client = ContainerClient(
            url, "runs", credential=KEY, connection_verify=str(bundle), logging_enable=False
        )
        self.client.create_container()

    @property
    def tls(self):
        return ssl.create_default_context(cafile=self.bundle)

    def sas(self, name, permissions):
        """A URL of blob *name* that allows no more than *permissions*."""
        signature = generate_blob_sas(
            "devstoreaccount1",
            "runs",
            name,
            account_key=KEY,
            permission=BlobSasPermissions.from_string(permissions),
            expiry=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1),
        )
        return f"{self.url}/runs/{name}?{signature}"

    def outputs(self, prefix):
        """The URLs a supervisor gets; the app has made the logs."""
        for name in ("log.txt", "stream.txt"):
            self.client.get_blob_client(f"{prefix}/{name}").create_append_blob()
        return {name: self.sas(f"{prefix}/{name}", allowed) for name, allowed in OUTPUTS.items()}

    def read(self, name):
        return self.client.download_blob(name).readall()

    def write(self, name, data):
        self.client.upload_blob(name, data, overwrite=True)

    def exists(self, name):
        return self.client.get_blob_client(name).exists()
