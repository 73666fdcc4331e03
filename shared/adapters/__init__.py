"""The only modules that talk to vendors; each translates its vendor's errors."""
