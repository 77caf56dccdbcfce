"""FLOOR 1: what people read, in zh-CN and en, for codes and parameters."""
