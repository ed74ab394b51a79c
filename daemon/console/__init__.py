"""The local page that shows what was or would have been sent. Pages are pure; `app` serves them."""
