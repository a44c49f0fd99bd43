"""Detectors of changes in a stream, one value at a time or over arrays.

They stand by themselves: neither windows nor references are needed, only values in the order of time.
"""

from modelwatch.stats.online.adwin import Adwin
from modelwatch.stats.online.cusum import Cusum
from modelwatch.stats.online.ddm import Ddm
from modelwatch.stats.online.detector import Detector
from modelwatch.stats.online.eddm import Eddm
from modelwatch.stats.online.ewma_chart import EwmaChart
from modelwatch.stats.online.hddm_a import HddmA
from modelwatch.stats.online.hddm_w import HddmW
from modelwatch.stats.online.kswin import Kswin
from modelwatch.stats.online.page_hinkley import PageHinkley

__all__ = ["Adwin", "Cusum", "Ddm", "Detector", "Eddm", "EwmaChart", "HddmA", "HddmW", "Kswin", "PageHinkley"]
