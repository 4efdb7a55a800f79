"""The read models: tables, how events change them, the runner that feeds them, the queries over them."""
