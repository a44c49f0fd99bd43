"""The reference pages as text, each made from the code that it describes.

`make_reference` writes them and a test holds the committed ones to them; none of it is part of the package.
"""
