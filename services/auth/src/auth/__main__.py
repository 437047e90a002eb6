"""`python -m auth` serves auth."""

from auth.app import create_app
from auth.settings import Settings
from common import service

if __name__ == "__main__":
    service.serve(create_app, Settings.read())
