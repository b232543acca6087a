"""The system calls in a log of strace -f."""
import re
from typing import NamedTuple, Optional


class Call(NamedTuple):
    thread: str
    name: str
    rest: str             # of its line: arguments and result
    ended: Optional[int]  # the line at which it ended; None for one that was killed


def calls_in(lines):
    """In the order in which they began. strace cuts the line of a call in two where another thread's comes between."""
    calls, begun = [], {}
    for number, line in enumerate(lines):
        thread, _, text = line.partition(" ")
        text = text.strip()
        if resumed := re.match(r"<\.\.\. \w+ resumed>(.*)", text):
            if thread in begun:
                place = begun.pop(thread)
                calls[place] = calls[place]._replace(rest=calls[place].rest + resumed[1], ended=number)
        elif match := re.match(r"(\w+)\((.*)", text):
            name, rest = match.groups()
            is_cut = rest.endswith("<unfinished ...>")
            if is_cut:
                begun[thread] = len(calls)
            calls.append(Call(thread, name, rest.removesuffix("<unfinished ...>").rstrip(), None if is_cut else number))
    return calls
