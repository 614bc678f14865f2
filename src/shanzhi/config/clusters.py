"""The embedded server of this installation, with the settings that the environment asks for."""

from shanzhi.config.backup.store import store_of
from shanzhi.config.embedded import SERVING, Cluster
from shanzhi.config.environment import Environment


def cluster_of(environment: Environment) -> Cluster:
    """Give the cluster in the data folder; it archives its changes where SHANZHI_BACKUP is set."""
    if environment.backup is None or environment.database_url:
        return Cluster(environment.data)
    return Cluster(environment.data, {**SERVING, **store_of(environment).archiving()})
