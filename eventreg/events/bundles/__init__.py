"""An event as data: how it is written into a file, checked when it is read, and moved to other dates.

Knows nothing of what an event is made of: that is told by parts (`bundles.parts.Part`), which each room registers. The format is
documented in `docs/event-format.md`.
"""
