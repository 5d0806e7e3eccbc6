"""Pages made of several rooms: the list of events, an event's page, its privacy notice; what whoever runs it asks.

Owns no table.
"""
