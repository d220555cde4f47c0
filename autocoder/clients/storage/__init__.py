"""A small client of Azure Storage: REST requests of Table and Blob Storage over one connection pool."""
