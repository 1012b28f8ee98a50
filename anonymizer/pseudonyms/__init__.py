"""The key and what is decided under it: PRF, permutations, and the digits that they work on."""
