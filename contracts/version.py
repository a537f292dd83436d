"""The version of this program, as clients and logs see it."""

VERSION = "0.1.0"
