"""The supervisor: real servers from wheels, the portal's processes, one command, a clean stop."""
