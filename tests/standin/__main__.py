"""usage: python -m tests.standin PACKAGE [--dev]: the provider that a package of bindings was made from."""

from __future__ import annotations

import sys

from tests.standin.servicer import serve

serve(sys.argv[1], sys.argv[1:])
