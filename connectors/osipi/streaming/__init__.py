"""Reading values as they come: channels tell which tags have news, and the news is read from the archive.

What lands is always what `/streamsets/recorded` gives, under the same keys as in the pull, so a value that a channel sends
twice, late or not at all neither doubles nor loses anything: a channel decides only when something is read.
"""
