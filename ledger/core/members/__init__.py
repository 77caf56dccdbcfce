"""Members beside what they earn: one person by many names, who left, who is nobody any more."""
