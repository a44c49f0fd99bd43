"""The pages: what an on-call engineer, a data scientist and a manager open, written by the server.

One file per page, thin: it reads through `read`, draws through `show`, and fills a template.
"""
