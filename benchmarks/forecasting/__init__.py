"""How good and how fast the forecast is, on real series that stay where they are."""
