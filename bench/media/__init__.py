"""Our media worker and Janus under the same load of DTLS-SRTP clients, on one machine."""
