"""The routes of the server, a file for each noun; `table` lists them all."""
