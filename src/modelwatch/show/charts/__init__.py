"""Charts as Vega-Lite specifications: made once here, drawn by browser, notebook and report, or as a picture.

Colours stand in them by the names of their tokens; `draw` turns them into what a browser or an eye can take.
"""

from modelwatch.show.charts.frame import Chart, Spec, Telling, TimeAxis, field, layered, plot, rows_of

__all__ = ["Chart", "Spec", "Telling", "TimeAxis", "field", "layered", "plot", "rows_of"]
