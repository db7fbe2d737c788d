"""The CDKTF app: `cdktf synth` runs it. HEADGATE_TARGET names the target, such as dev or prod."""

import sys
from pathlib import Path

from headgate.cdk import synthesize
from stacks import extend

if __name__ == "__main__":
    sys.exit(synthesize(Path(__file__).resolve().parent, extend))
