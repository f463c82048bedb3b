"""Registries of domains, asked over RDAP (RFC 9082, 9083; which one for which name: RFC 9224)."""
