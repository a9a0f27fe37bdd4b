"""Broadsheet: a group's own daily papers."""

import os as _os

# Matrices here are small: several BLAS threads wait for each other longer than they compute (measured: sketches 8
# times slower), and take the cores that pages need. Must be said before NumPy is imported; a keeper's own value wins.
_os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
_os.environ.setdefault("OMP_NUM_THREADS", "1")

__version__ = "0.1.0"
