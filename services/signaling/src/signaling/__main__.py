"""`python -m signaling` serves signaling."""

from common import service
from signaling.app import create_app
from signaling.settings import Settings

if __name__ == "__main__":
    service.serve(create_app, Settings.read())
