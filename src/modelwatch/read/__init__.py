"""Read models: what people are shown of a home, as plain frozen values made of what the stages stored.

One file per page or part of it; `serve` and the reports ask, and only write down what they get.
"""
