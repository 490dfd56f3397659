"""A small strict runner of ``.launch.xml`` files for machines without the ``launch`` package.

It keeps the rules of ``ros2 launch`` for the tags it knows and refuses every other tag and attribute. Where ``launch``
is importable the real one is used, and this package only checks the arguments before anything starts.
"""
