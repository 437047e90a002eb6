"""`python -m analytics` serves analytics."""

from analytics.app import create_app
from analytics.settings import Settings
from common import service

if __name__ == "__main__":
    service.serve(create_app, Settings.read())
