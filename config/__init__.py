"""What people tune, and its typed model. `load(path)` is the way in."""
