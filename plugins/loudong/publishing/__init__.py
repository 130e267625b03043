"""Making a date visible, and telling people about it."""
