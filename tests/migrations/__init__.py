"""Migrations: an upgraded database is the metadata, on both databases."""
