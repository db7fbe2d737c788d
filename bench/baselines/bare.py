"""What one would write by hand for speed: ready dictionaries, an override for each top-level block. BODIES.json OUT."""

import json
import sys
from pathlib import Path

from cdktf import App, TerraformStack

bodies, out = sys.argv[1:]
app = App(outdir=out)
for name, body in json.loads(Path(bodies).read_bytes()).items():
    stack = TerraformStack(app, name)
    for part, value in body.items():
        stack.add_override(part, value)
app.synth()
