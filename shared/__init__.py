"""What the functions, the sandbox and the command line share: a pure core, ports, use cases, adapters."""
