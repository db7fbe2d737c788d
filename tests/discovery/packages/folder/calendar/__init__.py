from .reader import Calendar
