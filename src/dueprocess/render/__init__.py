"""A sheet of text to plain text, to one self-contained HTML page, to a PDF. Knows no law.

Import from the modules: ``sheet`` (what stands on it), ``plain``, ``page``, ``pdf``. Only ``page`` needs Jinja and
only ``pdf`` needs Typst, so that plain text starts fast.
"""
