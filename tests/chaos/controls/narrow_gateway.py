"""The gateway asks a service one thing at a time, and lets one request wait."""

import runpy

from gateway import replicas

replicas.MOST_IN_FLIGHT = 1
replicas.MOST_WAITING = 1
runpy.run_module("gateway", run_name="__main__")
