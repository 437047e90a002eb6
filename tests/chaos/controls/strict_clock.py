"""chat refuses a token as soon as its clock and that of auth differ."""

import runpy
from datetime import timedelta

from common import identity

identity.LEEWAY = timedelta(0)
runpy.run_module("chat", run_name="__main__")
