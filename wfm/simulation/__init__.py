"""The roster played against sampled demand; import :mod:`wfm.simulation.simulate` for the way in (it loads numba)."""
