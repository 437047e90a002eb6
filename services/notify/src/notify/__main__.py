"""`python -m notify` serves notify."""

from common import service
from notify.app import create_app
from notify.settings import Settings

if __name__ == "__main__":
    service.serve(create_app, Settings.read())
