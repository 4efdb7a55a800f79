"""The addresses of the HTTP interface, one file per part of the contract."""
