"""The documented operations of a vault that this emulator does not cover; they are refused with 501.

https://learn.microsoft.com/rest/api/keyvault/ (secrets, keys, certificates and storage accounts).
"""

NOT_SERVED = (
    ("POST", "/secrets/restore", "Restore Secret"),
    ("POST", "/secrets/{name}/backup", "Backup Secret"),
    # Keys: https://learn.microsoft.com/rest/api/keyvault/keys/operation-groups
    ("POST", "/rng", "Get Random Bytes"),
    ("GET", "/keys", "Get Keys"),
    ("POST", "/keys/restore", "Restore Key"),
    ("PUT", "/keys/{name}", "Import Key"),
    ("DELETE", "/keys/{name}", "Delete Key"),
    ("POST", "/keys/{name}/create", "Create Key"),
    ("POST", "/keys/{name}/rotate", "Rotate Key"),
    ("POST", "/keys/{name}/backup", "Backup Key"),
    ("GET", "/keys/{name}/versions", "Get Key Versions"),
    ("GET", "/keys/{name}/rotationpolicy", "Get Key Rotation Policy"),
    ("PUT", "/keys/{name}/rotationpolicy", "Update Key Rotation Policy"),
    ("GET", "/keys/{name}", "Get Key"),
    ("GET", "/keys/{name}/{version}/attestation", "Get Key Attestation"),
    ("GET", "/keys/{name}/{version:[^/]*}", "Get Key"),
    ("PATCH", "/keys/{name}/{version:[^/]*}", "Update Key"),
    ("POST", "/keys/{name}/{version:[^/]*}/encrypt", "Encrypt"),
    ("POST", "/keys/{name}/{version:[^/]*}/decrypt", "Decrypt"),
    ("POST", "/keys/{name}/{version:[^/]*}/sign", "Sign"),
    ("POST", "/keys/{name}/{version:[^/]*}/verify", "Verify"),
    ("POST", "/keys/{name}/{version:[^/]*}/wrapkey", "Wrap Key"),
    ("POST", "/keys/{name}/{version:[^/]*}/unwrapkey", "Unwrap Key"),
    ("POST", "/keys/{name}/{version:[^/]*}/release", "Release"),
    ("GET", "/deletedkeys", "Get Deleted Keys"),
    ("GET", "/deletedkeys/{name}", "Get Deleted Key"),
    ("DELETE", "/deletedkeys/{name}", "Purge Deleted Key"),
    ("POST", "/deletedkeys/{name}/recover", "Recover Deleted Key"),
    # Certificates: https://learn.microsoft.com/rest/api/keyvault/certificates/operation-groups
    ("GET", "/certificates", "Get Certificates"),
    ("POST", "/certificates/restore", "Restore Certificate"),
    ("GET", "/certificates/contacts", "Get Certificate Contacts"),
    ("PUT", "/certificates/contacts", "Set Certificate Contacts"),
    ("DELETE", "/certificates/contacts", "Delete Certificate Contacts"),
    ("GET", "/certificates/issuers", "Get Certificate Issuers"),
    ("GET", "/certificates/issuers/{issuer}", "Get Certificate Issuer"),
    ("PUT", "/certificates/issuers/{issuer}", "Set Certificate Issuer"),
    ("PATCH", "/certificates/issuers/{issuer}", "Update Certificate Issuer"),
    ("DELETE", "/certificates/issuers/{issuer}", "Delete Certificate Issuer"),
    ("DELETE", "/certificates/{name}", "Delete Certificate"),
    ("POST", "/certificates/{name}/create", "Create Certificate"),
    ("POST", "/certificates/{name}/import", "Import Certificate"),
    ("POST", "/certificates/{name}/backup", "Backup Certificate"),
    ("GET", "/certificates/{name}/versions", "Get Certificate Versions"),
    ("GET", "/certificates/{name}/policy", "Get Certificate Policy"),
    ("PATCH", "/certificates/{name}/policy", "Update Certificate Policy"),
    ("GET", "/certificates/{name}/pending", "Get Certificate Operation"),
    ("PATCH", "/certificates/{name}/pending", "Update Certificate Operation"),
    ("DELETE", "/certificates/{name}/pending", "Delete Certificate Operation"),
    ("POST", "/certificates/{name}/pending/merge", "Merge Certificate"),
    ("GET", "/certificates/{name}", "Get Certificate"),
    ("GET", "/certificates/{name}/{version:[^/]*}", "Get Certificate"),
    ("PATCH", "/certificates/{name}/{version:[^/]*}", "Update Certificate"),
    ("GET", "/deletedcertificates", "Get Deleted Certificates"),
    ("GET", "/deletedcertificates/{name}", "Get Deleted Certificate"),
    ("DELETE", "/deletedcertificates/{name}", "Purge Deleted Certificate"),
    ("POST", "/deletedcertificates/{name}/recover", "Recover Deleted Certificate"),
    # Storage accounts, in versions up to 7.5:
    # https://learn.microsoft.com/azure/key-vault/secrets/overview-storage-keys
    *(
        (method, path, "Managed storage accounts")
        for method in ("GET", "PUT", "PATCH", "POST", "DELETE")
        for path in ("/storage{rest:.*}", "/deletedstorage{rest:.*}")
    ),
)
