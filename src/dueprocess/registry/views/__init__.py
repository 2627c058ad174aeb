"""What people look at: the map, an actor's timeline, the curve, the disagreements, the release, paper against practice.

Each view is made from the registry alone, for a day (``as_of``) and what was known on another (``known_at``): the same
registry and days give the same bytes.
"""
