"""Companies that apply to become partners: the queue, the page of one, and the decision."""
