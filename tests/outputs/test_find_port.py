import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedshl.errors import OutputError
from livedshl.outputs.port_names import find_port, told_apart

PORTS = [
    "IAC Driver Bus 1",
    "IAC Driver Bus 12",
    "loopMIDI Port 0",
    "Microsoft GS Wavetable Synth 1",
]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("IAC Driver Bus 1", "IAC Driver Bus 1"),
        ("iac bus 12", "IAC Driver Bus 12"),
        ("loopMIDI Port", "loopMIDI Port 0"),
        ("wavetable", "Microsoft GS Wavetable Synth 1"),
        ("2", "loopMIDI Port 0"),
    ],
)
def test_a_port_is_found_by_words_of_its_name_or_its_number(wanted, found):
    assert find_port(wanted, PORTS) == found


def test_iac_bus_finds_the_only_iac_bus():
    assert find_port("IAC Bus", PORTS[:1]) == "IAC Driver Bus 1"


@pytest.mark.parametrize("wanted", ["bus iac", "nowhere", "", "99"])
def test_an_unknown_port_lists_those_there_are(wanted):
    with pytest.raises(OutputError, match=r"no MIDI port matches.*2: loopMIDI Port 0"):
        find_port(wanted, PORTS)


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("IAC Buss 12", "'IAC Driver Bus 12'"),
        ("wavetabel", "'Microsoft GS Wavetable Synth 1'"),
        ("loopMIDI Prot", "'loopMIDI Port 0'"),
    ],
)
def test_a_slip_is_answered_with_the_port_that_was_meant(wanted, meant):
    with pytest.raises(OutputError, match=f"Available: 0: IAC.*Did you mean {meant}"):
        find_port(wanted, PORTS)


def test_a_number_that_counts_no_port_is_not_looked_for_in_their_names():
    with pytest.raises(OutputError, match="no MIDI port matches '1'"):
        find_port("1", ["Midi Through:Midi Through Port-0 14:0"])


def test_an_ambiguous_name_says_what_it_matches():
    with pytest.raises(OutputError, match="matches IAC Driver Bus 1, IAC Driver Bus 12"):
        find_port("IAC", PORTS)


@given(st.lists(st.text(min_size=1), min_size=1, unique=True), st.data())
def test_every_port_is_found_by_its_whole_name(names, data):
    name = data.draw(st.sampled_from(names))
    assert find_port(name, names) == name


def test_two_devices_of_one_name_are_chosen_by_their_numbers():
    names = told_apart(["LPK25", "LPK25", "IAC Driver Bus 1"])
    assert [names.index(find_port(number, names)) for number in ("0", "1", "2")] == [0, 1, 2]


@given(st.lists(st.sampled_from(["LPK25", "LPK25 (2)", "keys"])))
def test_no_two_ports_have_one_name(names):
    apart = told_apart(names)
    assert len(set(apart)) == len(apart) == len(names)
    assert all(own.startswith(name) for own, name in zip(apart, names, strict=True))
