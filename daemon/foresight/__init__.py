"""What is to come: whether months reach their targets, and when slow trends cross their limits."""
