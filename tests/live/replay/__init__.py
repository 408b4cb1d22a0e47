"""Recorded browser cases, played once more in the browser that is installed."""
