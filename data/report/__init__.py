"""The report: one HTML file that a manager decides with, complete in itself and readable without a network."""

from data.report.page import report_html

__all__ = ["report_html"]
