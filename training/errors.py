"""What goes wrong in training for a reason that the user can mend."""


class TrainingError(ValueError):
    """A setting, folder or run that training cannot work with; the message says what to do."""
