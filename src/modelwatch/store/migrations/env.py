"""How Alembic reaches the database: over the connection, and inside the transaction, that the state hands it.

`modelwatch.store.schema` starts it; there is no alembic.ini and nothing to run by hand.
"""

from alembic import context

from modelwatch.store.metadata import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
