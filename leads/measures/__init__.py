"""What is counted about leads, handoffs, deals and money; registered with `smarketing.measures`."""
