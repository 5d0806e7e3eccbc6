"""Figures of an event: counts, answers by day, who signed up for sessions."""
