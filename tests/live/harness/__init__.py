"""What the live tests are made of: browser, proxy, servers, certificates, curl."""
