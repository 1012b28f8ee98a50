"""What a load is: targets, journeys' files, arrivals, ramps, retries; known before anything is sent."""
