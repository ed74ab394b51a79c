"""`make demo`: a simulated retailer's last nine weeks through the real thing, and an honest count of what it found."""
