"""What the use cases and skills need of the world: small protocols, owned by who calls them."""
