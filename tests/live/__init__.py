"""Live tests: a real Chromium, a real mitmdump and real servers, all on loopback."""
