"""Work items: types, revisions, comments, attachments, queries."""
