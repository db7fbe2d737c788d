"""The tags of a read, each under the WebID with which it first landed (its key), whatever it is called by now.

Offsets know tags by their keys, and rows carry them as `tag_webid`. What stays of a WebID when a tag or its server is renamed
(`webids.stable_id`) says which key a tag has that comes under another WebID. A tag that was deleted and made anew under its
name has another id: it is a tag of its own. What became of tags is told once, for the offset remembers what was told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .client import Call, selected
from .incremental import Place, checked_stamp
from .points import tag_webids
from .problems import PiError
from .reading import below
from .times import stamp_of
from .webids import path_of, stable_id

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from .incremental import Progress
    from .reading import Reading

_OF_ATTRIBUTES = "AbE"  # the type's marker in a WebID


def keys_to_read(
    reading: Reading,
    progress: Progress,
    first: Callable[[], str],
    place: Callable[[str], Place] = Place,
    webids: Sequence[str] | None = None,
) -> list[str]:
    """Give the keys of the tags to read (`webids`, else those that the options ask for), each of which has a place then.

    first: where a first read begins; place: makes the place of a tag that begins at a stamp. A tag that is new to a table which
    has run before begins as `_begin` says. Tells of tags that came, went, were renamed or made anew.
    """
    named = bool(reading.texts.text("tag_webids"))
    given = tag_webids(reading) if webids is None else webids
    places = progress.places
    is_first, now = not places, _keyed(progress, given)
    new = [key for key in now if key not in places]
    absent = places.keys() - now.keys()
    for key, webid in now.items():
        if key != webid and webid in reading.names:
            reading.names[key] = reading.names[webid]
        if not named or webids is not None:  # what an option names may be called otherwise by now
            renamed(reading, progress.paths, key, webid)
    if is_first and new:
        start = first()
        places |= {key: place(start) for key in new}
    elif new:
        _begin(reading, progress, new, first(), places.keys() - absent, place)
        _tell_new(reading, progress, new, absent, named=named)
    for key in progress.gone & now.keys():
        progress.gone.remove(key)
        reading.notice(key, f"is there again, and read on from {places[key].until}Z")
    if not named:
        _tell_gone(reading, progress, absent - progress.gone, now)
    return list(now)


def _keyed(progress: Progress, webids: Sequence[str]) -> dict[str, str]:
    """Give the WebIDs that the tags have now by their keys, each tag once; a tag that is new has its WebID as key."""
    new = [webid for webid in webids if webid not in progress.places]
    # Where two keys have one id, as older versions left it for renamed tags, the one that was read further goes on.
    by_id = {stable_id(key): key for key in sorted(progress.places, key=lambda key: progress.places[key].until)} if new else {}
    own = {webid: by_id.setdefault(stable_id(webid), webid) for webid in new}
    now: dict[str, str] = {}
    for webid in webids:
        now.setdefault(own.get(webid, webid), webid)
    return now


def renamed(reading: Reading, paths: dict[str, str], key: str, webid: str, column: str = "tag_webid") -> None:
    """Tell of a tag whose path is not the one by which it was known; webid: the one that it has now.

    paths: of those that are not called what their keys say, what they are called. column: the one that has the key.
    """
    if key == webid and key[:1] == "F" and key not in paths:
        return  # its path is in its key
    path = reading.names.get(key, ("", ""))[1].lstrip("\\") or path_of(webid)
    known, own = paths.get(key), path_of(key)
    if not path or _alike(path, known or own):
        return
    if _alike(path, own):
        del paths[key]
    else:
        paths[key] = path
    if known or own:
        if not reading.names.get(key, ("", ""))[1]:
            reading.names[key] = _named(path)
        reading.notice(key, f"was renamed: it was {known or own}, and is read on as {path} under the {column} that it had")


def _begin(
    reading: Reading,
    progress: Progress,
    new: Sequence[str],
    first: str,
    others: Collection[str],
    place: Callable[[str], Place],
) -> None:
    """Give places to tags that are new to a table which has run before.

    They begin no later than where a first read would, nor than where the table stood: at the place of the tag that was read
    least far, or at the point's creation, where that is later and can be had. One that was made within the overlap before
    that place begins at its creation too: it may be the clocks that differ, and it was not there when the tags were listed.
    """
    known = [progress.places[key] for key in others or progress.places.keys()]
    oldest, read_again = min(one.until for one in known), min(one.start(one.overlap) for one in known)
    created = _created(reading, new) if read_again < first else {}
    for key in new:
        made = created.get(key, "")
        progress.places[key] = place(min(first, made if made >= read_again else oldest))


def _created(reading: Reading, keys: Sequence[str]) -> dict[str, str]:
    """Give the stamps at which points were made, of those that tell it.

    AVEVA, PI Data Archive, point attributes: `creationdate`.
    """
    points = [key for key in keys if not stable_id(key).startswith(_OF_ATTRIBUTES, 2)]
    params = (selected("Value", items=False),)
    calls = [Call(below("points", key, "attributes/creationdate"), params) for key in points]
    try:
        answers = reading.client.answers(calls) if calls else []
    except PiError:
        return {}  # then more of their past is read than need be
    found = {}
    for key, answer in zip(points, answers, strict=True):
        try:
            found[key] = checked_stamp(stamp_of(answer.body["Value"]))
        except (LookupError, TypeError, ValueError, AttributeError):
            continue
    return found


def _tell_new(reading: Reading, progress: Progress, new: Sequence[str], absent: AbstractSet[str], *, named: bool) -> None:
    """Tell of tags that came, unless an option names them, and of those that have the name of one that went."""
    former = {path.casefold(): key for key in absent if (path := progress.paths.get(key) or path_of(key))}
    for key in new:
        path = progress.paths.get(key) or reading.names.get(key, ("", ""))[1].lstrip("\\") or path_of(key)
        reading.names.setdefault(key, _named(path))
        since = f"is read from {progress.places[key].until}Z on"
        before = former.get(path.casefold()) if path else None
        if before:
            progress.gone.add(before)
            reading.notice(key, f"was deleted and made anew, so it is another tag, and {since}; as it was, it is {before}")
        elif not named:
            reading.notice(key, f"is new to this table, and {since}")


def _tell_gone(reading: Reading, progress: Progress, absent: AbstractSet[str], now: Mapping[str, str]) -> None:
    """Tell of tags that the list has no more."""
    ids = {stable_id(key) for key in now} if absent else set[str]()
    for key in sorted(absent):
        progress.gone.add(key)
        if stable_id(key) in ids:
            continue  # it is there, under a key that was read further
        reading.names.setdefault(key, _named(progress.paths.get(key) or path_of(key)))
        why = "it was deleted, or nameFilter leaves it out, or the account may not see it any more"
        reading.notice(key, f"is in the list of tags no more: {why}; its place is kept, at {progress.places[key].until}Z")


def _alike(path: str, other: str) -> bool:
    """Say whether paths are one: a WebID has them in capitals."""
    return path.casefold() == other.casefold()


def _named(path: str) -> tuple[str, str]:
    """Give the name and the path of a tag by its path."""
    return path.rpartition("\\")[2], f"\\\\{path}" if path else ""
