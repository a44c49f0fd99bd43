"""What a person is shown in a terminal: which rows and which words, as plain lines.

After all other stages: reads what they stored or answered, as the JSON that programs get; printing is left
to the command line.
"""
