"""Attribution: which touches of which campaigns a deal's amount is credited to. Pure: no Django, no clock, exact figures."""
