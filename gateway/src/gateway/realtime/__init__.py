"""The socket: frames in, frames out, and who hears what."""
