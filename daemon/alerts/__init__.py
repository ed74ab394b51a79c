"""The words and pictures for one change of an incident. Pure, except `picture`.

`compose(story)` renders every sentence once into an `Alert`; each destination's layout only arranges them. To add a
destination's layout, add one module with `layout(alert)`; escaping for it lives in `untrusted`.
"""
