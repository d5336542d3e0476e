"""What patients asked in the last weeks, for the clinic's manager."""
