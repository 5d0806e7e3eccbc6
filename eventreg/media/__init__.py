"""Pictures that institutions and events show: re-encoded, sized, served under an address that never changes its content.

Owns the pictures. What a picture is for (a logo, an event's picture) is known by whoever refers to it.
"""
