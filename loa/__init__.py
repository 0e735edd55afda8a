"""The command line, the demo and the benchmarks: the only room that sees both sides."""
