"""Has no callable, or the wrong thing by that name."""

application = "a text"
