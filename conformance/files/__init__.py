"""Everything that is on disk: case files, backend data, reports, schemas."""
