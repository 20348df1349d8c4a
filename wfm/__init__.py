"""The shared language and the pure mathematics of the planner: plan, people, queues, rules, results."""

__version__ = "0.1.0"
