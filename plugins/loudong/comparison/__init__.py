"""What is known today about a past date, beside what was known then: worked out on request and never mixed in."""
