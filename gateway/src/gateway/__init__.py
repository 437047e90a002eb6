"""The one way in: REST passed on, sockets held, the web client served."""
