"""Sources: public data sets turned into landing files, as a user would turn their own."""
