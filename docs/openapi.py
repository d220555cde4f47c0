"""Print the app's OpenAPI document; `make docs` writes the extension's TypeScript types from it."""

import json
import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
logging.disable(logging.CRITICAL)  # the Functions SDK logs each registered function

import function_app  # noqa: E402, F401  (registers the routes)
from autocoder import wire  # noqa: E402
from triggers.document import document  # noqa: E402

if __name__ == "__main__":
    sys.stdout.write(json.dumps(wire.dump(document()), indent=2) + "\n")
