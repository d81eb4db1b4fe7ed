"""Who may do what, in which situation: the table, the situations, and the three ways of trying a cell."""
