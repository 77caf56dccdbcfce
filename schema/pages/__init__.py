"""Pages for people. So far one: a member's points, after following a bot's link."""
