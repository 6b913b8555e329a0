from dataclasses import replace

from support.bundles import index_of, random_bundle, random_tunes
from support.strategies import VOCABULARY

from livedshl.bundle import SegmentLibrary
from livedshl.improviser import ContinuationRules, Groundwork, Repertoire
from livedshl.improviser.line import Line
from livedshl.improviser.wishes import Wishes
from livedshl.learning.roles import roles_in

N_TUNES = 40
RUNNING = range(30, N_TUNES)  # these run in sixteenths


def opened_by(rules=ContinuationRules()):  # noqa: B008
    """The tunes that may open a set of a library of eighths with ten tunes of sixteenths."""
    tunes = random_tunes(N_TUNES, n_bars=16, seed=3)
    for number in RUNNING:
        tunes[number].steps[:, 1] = 1
    library = SegmentLibrary.of_tunes(tunes)
    bundle = random_bundle(N_TUNES)
    bundle = replace(bundle, library=library, roles=roles_in(library, VOCABULARY, bundle.mode))
    repertoire = Repertoire(Groundwork(bundle), index_of(bundle), rules)
    wish = Wishes(repertoire).opening(Line(repertoire))
    return set(library.tune_of[wish.segments].tolist())


def test_a_set_does_not_open_with_a_tune_that_hardly_any_other_is_like():
    opened = opened_by()
    assert len(opened) > N_TUNES / 2
    assert opened.isdisjoint(RUNNING)


def test_a_set_opens_with_a_rare_tune_where_the_rules_ask_for_those():
    assert opened_by(ContinuationRules(notes_a_bar=(12, 20))) == set(RUNNING)
