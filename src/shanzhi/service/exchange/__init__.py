"""Papers and files of service: certificates as PDF, records for the national system."""
