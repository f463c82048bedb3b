"""The porter: a process that answers senders' posts, so that deciding what they mean keeps nobody waiting at the door.

He has no store. What he answers 202 the house has committed; where he is away, the house answers by itself.
"""
