"""Reports from stored facts: the rooms' facts become sla's plain records, sla makes sheets of them."""
