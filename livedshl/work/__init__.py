"""Carries out work in batches: in processes of this machine, or on the workers of a Dask cluster.

`places` says where. `batches` gives the results in order, whatever happens to a worker.
"""

from livedshl.work.batches import in_order
from livedshl.work.crew import Crew
from livedshl.work.places import crew_at, hired, local_crew

__all__ = ["Crew", "crew_at", "hired", "in_order", "local_crew"]
