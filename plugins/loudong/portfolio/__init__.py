"""The portfolio: what distinguishes one book of customers from another, and a generator of realistic ones."""
