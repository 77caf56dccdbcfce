"""Real servers, real databases and 8 clients in trouble: small in `make test`, full in `make acceptance`."""
