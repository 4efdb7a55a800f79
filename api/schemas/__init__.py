"""The shapes of bodies and answers, checked at the door."""
