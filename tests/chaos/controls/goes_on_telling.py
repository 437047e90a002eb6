"""The gateway goes on telling somebody of a room they have left."""

import runpy
import sys

from gateway.realtime import switchboard

switchboard.ENDINGS.clear()
runpy.run_module(sys.argv[1], run_name="__main__")
