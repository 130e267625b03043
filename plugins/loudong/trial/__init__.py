"""Trying a policy on past dates as known then, beside the policy in force; nothing that is published is written."""
