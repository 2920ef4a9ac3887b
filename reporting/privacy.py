PERSONAL: set[str] = {"meeting.text", "resolutionoutcome.words", "agendaitem.text"}
NEUTRAL = {
    "bookclose.figures", "bookclose.sha256", "bookreopen.reason", "publishedsum.edition", "publishedsum.measure",
    "publishedsum.dims", "publishedsum.body", "bookshown.clauses", "pointer.name", "pointer.edition",
    "meeting.place", "meeting.link", "meeting.question", "attendee.side", "agendaitem.kind", "agendaitem.ref",
    "agendaitem.came_from", "meetingclose.body", "meetingclose.sha256", "resolution.text", "resolution.measure",
    "resolution.where", "resolution.direction", "resolutiondraft.kind", "estimate.side",
    "attributionsettings.body",
}  # fmt: skip
