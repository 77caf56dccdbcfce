"""Real histories with exact answers: samples run in `make test`, the whole in `make acceptance`."""
