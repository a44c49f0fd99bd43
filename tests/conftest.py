"""Settings that all tests share: property-based tests have no deadline and make the same choices each time.

`pytest --hypothesis-profile=explore` makes new choices instead, to look for what nobody thought of.
"""

from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("house")
