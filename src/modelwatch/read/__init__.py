"""What people are shown of a home: read models, made of what the stages stored, in plain values.

`serve` and reports read through here; nothing here writes, judges again or formats.
"""
