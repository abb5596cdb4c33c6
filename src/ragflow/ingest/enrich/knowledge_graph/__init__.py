"""Knowledge graphs: what a document tells, and how the shares of all documents become one graph."""
