"""Runs the whole platform natively on one machine: servers, services, one command."""
