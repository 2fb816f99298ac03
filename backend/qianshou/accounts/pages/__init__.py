"""Pages of accounts: one's own account, and the people of the house."""
