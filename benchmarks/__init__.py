"""Figures: each program measures what one part promises and prints it. Nothing here is a test."""
