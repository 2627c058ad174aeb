"""The flow from arrest to release, played with made-up people, so that what truly happened is known.

``read_scenario`` and ``scenario_of`` read what is to be played, ``run`` plays it into a folder, ``World`` gives the stays of a
chunk as arrays. The truth about a stay comes from regimes labelled by hand (``truth``), never from the engine.
"""

from dueprocess.simulate.parameters import Parameter, defaults
from dueprocess.simulate.running import World, run
from dueprocess.simulate.scenario import Scenario, read_scenario, scenario_of
from dueprocess.simulate.truth import Regime, regimes

__all__ = ["Parameter", "Regime", "Scenario", "World", "defaults", "read_scenario", "regimes", "run", "scenario_of"]
