"""Rosters of people who change between activities inside a shift, over several days."""
