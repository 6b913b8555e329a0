"""What stands on the screen of `livedshl play`, row by row."""

from livedshl.surfaces.panels import TextLines


def shown_rows(cockpit):
    """The text of each row, put together from the panels that are on the screen."""
    rows = [" " * cockpit.size.width] * cockpit.size.height
    for panel in cockpit.screen.query(TextLines):
        left, top, width, height = panel.region
        for row in range(height):
            if top + row < len(rows):
                line, text = rows[top + row], panel.render_line(row).text
                rows[top + row] = line[:left] + text + line[left + width :]
    return rows
