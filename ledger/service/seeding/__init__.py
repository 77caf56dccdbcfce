"""The demo community: a history that is told through the writer, keys to it, and a life that goes on."""
