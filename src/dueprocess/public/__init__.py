"""Answers for a family and for a jail without a server, as pages that look decision tables up. Stores nothing.

``kit_html`` writes the offline kit of one jail; ``state_of`` gathers what a state's public page says and ``state_page``
writes it, in English or Spanish, as a file or as a page of the service; ``index_page`` leads to the states;
``read_request`` and ``answer_page`` answer what was typed into the page of the service.
"""

from dueprocess.public.gather import State, state_of
from dueprocess.public.kit import kit_html
from dueprocess.public.page import Request, RequestError, answer_page, index_page, read_request, state_page

__all__ = ["Request", "RequestError", "State", "answer_page", "index_page", "kit_html", "read_request", "state_of", "state_page"]
