"""A project's app without the CDK: writes the stacks and their manifest where CDKTF_OUTDIR says, as `cdktf synth` does."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from headgate.problems import HeadgateError
from headgate.project import read_connectors
from headgate.synthesis import deployment_of

if __name__ == "__main__":
    out, manifest = Path(os.environ["CDKTF_OUTDIR"]), dict[str, Any]()
    try:
        connectors = read_connectors(Path(os.environ["HEADGATE_ROOT"]))
        for connector in connectors:
            for plan in deployment_of(connector, os.environ["HEADGATE_TARGET"], connectors):
                folder = out / "stacks" / plan.name
                folder.mkdir(parents=True, exist_ok=True)
                terraform = plan.body["terraform"] | {"backend": {plan.backend: plan.backend_body}}
                (folder / "cdk.tf.json").write_text(json.dumps(plan.body | {"terraform": terraform}))
                manifest[plan.name] = {"name": plan.name, "dependencies": list(plan.waits_for)}
    except HeadgateError as error:
        sys.exit(str(error))
    out.mkdir(exist_ok=True)
    (out / "manifest.json").write_text(json.dumps({"stacks": manifest}))
