"""Any message at all, laid out for every destination, and what each of them must keep: for tests, and for counting."""
