"""The gateway knows one process of each service and no other."""

import os
import runpy

from stack.configuration import SERVICES

for service in SERVICES:
    name = f"CONVO_{service.upper()}_URL"
    os.environ[name] = os.environ[name].partition(",")[0]
runpy.run_module("gateway", run_name="__main__")
