"""One file per resource, each with a `router`. Routes do not import each other."""
