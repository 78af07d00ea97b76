"""The variables of `sysconfig` on this platform."""

from _taipan_sysconfig import build_time_vars
