"""The closed loop: did it pay, where does it leak, what did sales say, what shall we change."""
