"""Music on paper: MusicXML, engraved scores and piano rolls."""
