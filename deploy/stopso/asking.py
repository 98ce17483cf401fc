"""One HTTP client for the plain loopback addresses that the operators' command asks."""

import ssl
from functools import cache

import httpx


@cache
def client() -> httpx.Client:
    """The client: without certificates, which take longer to load than an answer, and without kept connections."""
    return httpx.Client(
        verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        limits=httpx.Limits(max_keepalive_connections=0),
        timeout=5,
        trust_env=False,
    )
