"""The rhythm of a group: stories, rounds and activities; what is asked about them, and what happened."""
