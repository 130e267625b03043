"""What follows from a score: tier, alerts, actions and follow-up tasks, as policy demands."""
