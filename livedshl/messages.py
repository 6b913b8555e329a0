"""The kinds of MIDI channel messages, by the upper half of their status byte; imports nothing."""

NOTE_OFF = 0x80
NOTE_ON = 0x90
CONTROL = 0xB0
PROGRAM = 0xC0
