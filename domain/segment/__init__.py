"""The segment: a worksheet on which contacts are gathered, and which logging turns into interactions."""
