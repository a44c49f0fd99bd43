"""The nouns of modelwatch as frozen values: no input, no output, no third party.

Every stage takes and returns these; the same word stands for the same thing in code, API, command line
and docs.
"""
