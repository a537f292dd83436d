"""The version of this program: of the package, and as clients and logs see it."""

VERSION = "0.2.0"
