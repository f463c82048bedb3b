"""The append-only ledger: a leaf for every fact that can change a statement, under one Merkle tree.

`tree`, `canonical`, `leaf` and `note` are pure; `store` and `checkpoint` hold the SQL.
"""
