"""`make doctor`: places a real call over every way that calls take, and names what is closed."""
