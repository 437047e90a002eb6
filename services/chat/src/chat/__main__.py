"""`python -m chat` serves chat."""

from chat.app import create_app
from chat.settings import Settings
from common import service

if __name__ == "__main__":
    service.serve(create_app, Settings.read())
