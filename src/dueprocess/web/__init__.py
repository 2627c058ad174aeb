"""Pages over HTTP: an edge. Each service is an application of its own, in a process of its own.

``guard`` stands before each; ``public`` is the page that anybody may ask; ``desk`` is the release desk's service.
"""
