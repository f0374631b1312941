"""OpenFX and Natron without Natron."""
