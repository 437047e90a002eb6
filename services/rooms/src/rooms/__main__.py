"""`python -m rooms` serves rooms."""

from common import service
from rooms.app import create_app
from rooms.settings import Settings

if __name__ == "__main__":
    service.serve(create_app, Settings.read())
