PERSONAL: set[str] = set()
NEUTRAL = {"calendar.name", "calendarversion.spec"}
