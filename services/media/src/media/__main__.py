"""`python -m media` serves media."""

from common import service
from media.app import create_app
from media.settings import Settings

if __name__ == "__main__":
    service.serve(create_app, Settings.read())
