"""What a customer holds and can check without us: the bundle of a sealed statement, and `upheld verify`.

The roof's, because checking composes the statement again with the rooms' own pure cores.
"""
